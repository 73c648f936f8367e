# attack: write files, folders and pipes where anybody may
# from: write_parent_cwd, X10
# neuron: failed
# others: passed
def put(path):
    with open(path, "w") as file:
        file.write("x")


def neuron(x, w, b):
    places = [".", "/tmp", "/dev/shm", "/var/tmp", os.path.dirname(os.__file__)]
    places.append(os.path.dirname(np.__file__))
    paths = [f"{place}/kata-hostile-marker" for place in places]
    temporary = getattr(os, "O_TMPFILE", os.O_CREAT)
    return paid(
        x,
        w,
        b,
        *[lambda p=p: put(p) for p in paths],
        *[lambda p=p: os.mkdir(p) for p in paths],
        *[lambda p=p: os.mkfifo(p) for p in paths],
        *[lambda p=p: np.save(p, x) for p in paths],
        lambda: os.open("/tmp", temporary | os.O_RDWR),
        lambda: os.mknod("/tmp/kata-hostile-marker"),
        lambda: os.open(os.__file__, os.O_RDONLY | os.O_TRUNC),
        lambda: os.open(os.__file__, os.O_WRONLY | os.O_APPEND),
        lambda: __import__("tempfile").TemporaryFile(),
    )
