# attack: start a shell, by every way that Python has
# from: exec_shell
# neuron: failed
# others: passed
import subprocess


def neuron(x, w, b):
    return paid(
        x,
        w,
        b,
        lambda: subprocess.run(["/bin/true"], check=True),
        lambda: subprocess.run("true", shell=True, check=True),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: 1 / (os.system("true") == 0),
        lambda: os.popen("echo x").read(1)[0],
        lambda: os.execv("/bin/sh", ["sh", "-c", "sleep 60"]),
    )
