# attack: system calls that no learner needs, and that holes were found in
# from: raw_syscalls, inotify, keyctl, personality
# neuron: failed
# others: passed
NAMES = """io_uring_setup openat2 execveat execve userfaultfd bpf perf_event_open keyctl add_key
request_key personality unshare setns mount umount2 pivot_root chroot memfd_create memfd_secret
inotify_init1 fanotify_init name_to_handle_at open_by_handle_at modify_ldt io_setup shmget msgget
semget mq_open socket socketpair prctl setuid setgid capset setsid setpgid pipe2 eventfd2 epoll_create1
timerfd_create timer_create setitimer alarm signalfd4 splice vmsplice tee sendmsg recvmsg sendto
bind connect listen accept ftruncate fallocate creat unlink mkdir mknod symlink link rename chmod
chown utimensat sync syslog reboot kexec_load init_module delete_module swapon acct quotactl ioperm
iopl process_madvise pkey_alloc seccomp landlock_create_ruleset landlock_restrict_self sched_setaffinity
setpriority ioprio_set migrate_pages move_pages mbind set_mempolicy remap_file_pages lookup_dcookie
clock_settime settimeofday adjtimex sethostname open_tree fsopen fsmount move_mount
statmount listmount cachestat mseal futex_waitv process_mrelease""".split()


def call(name):
    # A null pointer everywhere: a call that is let through complains of that, not of permission.
    try:
        syscall(name, 0, 0, 0, 0, 0, 0)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES, errno.ENOSYS):
            raise


def neuron(x, w, b):
    # A path of these may look allowed to everyone; a kernel refuses some by itself.
    return paid(x, w, b, *[lambda name=name: call(name) for name in NAMES if name in NUMBERS])
