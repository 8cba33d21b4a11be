A login job whose terminal is not there stops by itself, and is not respawned for ever.
mode: system

  $ cp $(dirname $(readlink /proc/1/exe))/../../packages/daemon/jobs/tty*.conf conf/; printf 'start on runlevel 2\ntask\nexec true\n' > conf/rc.conf; for n in 1 2 3 4 5 6; do loaded tty$n; done; loaded rc
  $ ls /dev/tty1; initctl emit runlevel RUNLEVEL=2; initctl emit stopped JOB=rc RUNLEVEL=3; initctl list | sort
  ls: cannot access '/dev/tty1': No such file or directory
  initctl: Event failed
  initctl: Event failed
  rc stop/waiting
  tty1 stop/waiting
  tty2 stop/waiting
  tty3 stop/waiting
  tty4 stop/waiting
  tty5 stop/waiting
  tty6 stop/waiting
  $ mknod /dev/tty2 c 1 3; PATH=$PATH:. ; printf '#!/bin/sh\nexec sleep 1000\n' > /usr/local/sbin/getty; chmod +x /usr/local/sbin/getty; start tty2
  tty2 start/running, process <pid>
