# attack: change mode, owner, times and length of files
# from: chmod_chown
# neuron: failed
# others: passed
def neuron(x, w, b):
    return paid(
        x,
        w,
        b,
        *[lambda p=p: os.chmod(p, 0o777) for p in (os.__file__, "/tmp", "/etc/passwd")],
        *[lambda p=p: os.chown(p, -1, -1) for p in (os.__file__, "/tmp")],
        *[lambda p=p: os.utime(p) for p in (os.__file__, "/tmp")],
        lambda: os.truncate(os.__file__, 0),
        lambda: os.unlink(os.__file__),
        lambda: os.setxattr("/tmp", "user.x", b"x"),
        lambda: os.chdir("/tmp"),
        lambda: os.umask(0),
    )
