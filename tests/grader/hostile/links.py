# attack: reach files by links
# from: X11, symlink_read, hardlink_make
# neuron: failed
# others: passed
def neuron(x, w, b):
    library = os.path.dirname(os.__file__)
    return paid(
        x,
        w,
        b,
        lambda: os.symlink("/etc/passwd", "/tmp/kata-hostile-marker-link"),
        lambda: os.link("/etc/passwd", "/tmp/kata-hostile-marker-hard"),
        lambda: os.link(os.__file__, f"{library}/kata-hostile-marker.py"),
        lambda: os.rename(os.__file__, f"{library}/kata-hostile-marker.py"),
        lambda: os.symlink("/etc/passwd", f"{library}/kata-hostile-marker.py"),
        lambda: open(f"{library}/../../../../../../../../../etc/passwd").read(),
    )
