reboot, halt and poweroff: what they refuse, how they have the system brought down, and how it ends. `init` that is not
process 1 is telinit.
mode: system

  $ cat > conf/watch.conf <<END
  > start on runlevel
  > instance \$PREVLEVEL-\$RUNLEVEL-\$INIT_HALT
  > env INIT_HALT=
  > task
  > exec sh -c 'echo "\$PREVLEVEL -> \$RUNLEVEL \$INIT_HALT" >> $PWD/trace'
  > END
  $ boot
  $ : > /run/utmp; : > /var/log/wtmp; reboot --fly; halt -x
  reboot: invalid option: --fly
  Try `reboot --help' for more information.
  halt: invalid option: -x
  Try `halt --help' for more information.
  [1]
  $ reboot --force=yes; setpriv --reuid nobody reboot --debug -- -x
  reboot: unexpected argument: --force=yes
  Try `reboot --help' for more information.
  reboot: Need to be root
  [1]
  $ setpriv --reuid nobody reboot
  reboot: Need to be root
  [1]
  $ init 3; eventually 3 cat trace; runlevel
  N -> 3
  N 3
  $ telinit --env=A 3; telinit -t c -e A=1 3; eventually '3 -> 3' cat trace
  telinit: invalid option: --env=A
  Try `telinit --help' for more information.
  N -> 3
  3 -> 3
  $ init; init 9
  telinit: missing runlevel
  Try `telinit --help' for more information.
  telinit: illegal runlevel: 9
  Try `telinit --help' for more information.
  [1]
  $ setpriv --reuid nobody $(dirname $(readlink /proc/1/exe))/init 3
  init: Need to be root
  [1]
  $ reboot -v; eventually 6 tail -n 1 trace
  3 -> 6
  $ both() { [ $(wc -l < trace) = 2 ] && sort trace; }; : > trace; telinit 2; halt --debug; eventually HALT both
  Calling shutdown
  2 -> 0 HALT
  6 -> 2
  $ : > trace; telinit 2; poweroff; eventually POWEROFF both
  0 -> 2
  2 -> 0 POWEROFF
  $ : > trace; telinit 2; halt -p; eventually POWEROFF both
  0 -> 2
  2 -> 0 POWEROFF
  $ reboot -w; runlevel; last -x -f /var/log/wtmp | grep -c '^shutdown'
  unknown
  1
  $ telinit 2; apart() { bash -c 'unshare --pid --fork "$@"; echo $?' - "$@" 2> /dev/null; }; apart sh -c 'reboot -f; sleep 9'; apart sh -c 'poweroff -f; sleep 9'; apart sh -c 'halt -fn; sleep 9'
  129
  130
  130
  $ telinit 6; apart sh -c 'reboot; sleep 9'
  129
