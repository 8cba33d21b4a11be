What a bare root lacks, process 1 makes: terminals, devices, /proc, /sys and /run. The devices of this /dev cannot be opened, so
that nothing gets beyond it; there is no console either, then, and the log goes where init's own output goes.
mode: system

  $ exe=$(readlink /proc/1/exe); mkdir /bare conf2 log2; mount --bind / /bare; mount --rbind /tmp /bare/tmp; mount --bind $PWD /bare$PWD; mount -t tmpfs -o nodev none /bare/dev; mknod /bare/dev/ptmx c 5 2; mkdir /bare/dev/pts
  $ printf 'start on startup\ntask\nexec true\n' > conf2/first.conf
  $ unshare --pid --mount --uts --ipc --net --fork --kill-child chroot /bare env -i $exe --confdir $PWD/conf2 --logdir $PWD/log2 --frob quiet splash > said 2>&1 < /dev/null & inner() { pgrep -f "^$exe --confdir $PWD/conf2"; }
  $ eventually '^[0-9]' inner > /dev/null; in=$(inner | tail -n 1); there() { awk '{ print $5, $9 == "-" ? $10 : $9, $6 }' /proc/$in/mountinfo; }; eventually ' tmpfs ' there > /dev/null; there | grep -E '^/(dev/pts|proc|sys|run) '
  /dev/pts devpts rw,nosuid,noexec,relatime
  /proc proc rw,nosuid,nodev,noexec,relatime
  /sys sysfs rw,nosuid,nodev,noexec,relatime
  /run tmpfs rw,nosuid,nodev,relatime
  $ stat -c '%n %t:%T %a' /bare/dev/console /bare/dev/kmsg /bare/dev/null /bare/dev/tty | sed 's,/bare,,'
  /dev/console 5:1 600
  /dev/kmsg 1:b 600
  /dev/null 1:3 666
  /dev/tty 5:0 666
  $ answers() { nsenter -t $in -p -m -n -r $(dirname $exe)/initctl version; }; eventually 'init .upstart' answers; there() { cat said; }; eventually spawn there
  init (upstart <version>)
  init: Unable to initialize console: Permission denied
  init: Failed to create pty - the output of jobs is read from pipes: Permission denied
  init: Failed to spawn first main process: unable to open console: Permission denied
  $ kill -KILL $in; wait
