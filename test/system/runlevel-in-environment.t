A run level in the environment goes before the one on record, also where it says that there was none: rc-sysinit says so of
each boot. shutdown finds an init of System V by its FIFO, if somebody reads that.
mode: system

  $ cat > conf/watch.conf <<END
  > start on runlevel
  > instance \$PREVLEVEL-\$RUNLEVEL
  > task
  > exec sh -c 'echo "\$PREVLEVEL -> \$RUNLEVEL" >> $PWD/trace'
  > END
  $ boot
  $ : > /run/utmp; telinit 5; runlevel; RUNLEVEL= telinit 2; runlevel; both() { [ $(wc -l < trace) = 2 ] && sort trace; }; eventually 2 both
  N 5
  N 2
  N -> 2
  N -> 5
  $ RUNLEVEL=35 PREVLEVEL=21 runlevel
  2 3
  $ RUNLEVEL= PREVLEVEL= runlevel
  unknown
  [1]
  $ runlevel missing
  runlevel:missing: No such file or directory
  [1]
  $ RUNLEVEL=6 shutdown -r noon:30; shutdown --debug -h 12:3x
  shutdown: illegal hour value
  Try `shutdown --help' for more information.
  shutdown: illegal minute value
  Try `shutdown --help' for more information.
  [1]
  $ export UPSTART_SYSTEM_SOCKET_DIR=/nowhere; mkfifo /run/initctl; shutdown -r now
  shutdown: Unable to shutdown system
  [1]
  $ exec 5<> /run/initctl; shutdown -r now; head -c 384 <&5 | od -A n -t x4 -N 16
   03091969 00000001 00000036 00000005
