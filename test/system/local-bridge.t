Lines that programs write into the socket of upstart-local-bridge become events of process 1, with what the kernel says of each client.
mode: system

  $ cat > conf/property.conf <<END
  > start on android sys.boot_completed=1
  > instance \$CLIENT_PID
  > task
  > script
  >   [ "\$CLIENT_PID" = "\$(cat $PWD/pid)" ] && known=yes
  >   echo "\$UPSTART_EVENTS \$SOCKET_TYPE \$SOCKET_VARIANT \$CLIENT_UID \$CLIENT_GID \${known:-no} \$SOCKET_PATH" >> $PWD/heard
  > end script
  > END
  $ printf '%s\n' 'start on android CLIENT_UID=0 own=1' task "exec sh -c 'echo own >> $PWD/heard'" > conf/root-only.conf; loaded property; loaded root-only
  $ cat > /say.py <<END
  > import os, socket, sys
  > place = sys.argv[1]
  > if os.getuid() == 0: print(os.getpid(), file=open('pid', 'w'))
  > client = socket.socket(socket.AF_UNIX)
  > client.connect('\0' + place[1:] if place[0] == '@' else place)
  > try:
  >     for piece in sys.argv[2:]: client.sendall(piece.encode('latin1').decode('unicode_escape').encode('latin1'))
  >     client.shutdown(socket.SHUT_WR)
  >     client.recv(1)
  > except OSError: pass
  > END
  $ say() { /usr/bin/python3 /say.py "$@"; }; speak() { for i in {1..200}; do say "$@" 2> /dev/null && return; sleep 0.05; done; }
  $ nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
  $ heard() { eventually "$@" cat heard | sed "s#$PWD#DIR#"; rm heard; }; mkdir local; P=$PWD/local/props; gone() { eventually gone sh -c 'pgrep -x peer-door > /dev/null || echo gone' > /dev/null; }

A client's lines, in pieces, with and without ends; what is no variable is ignored.
  $ upstart-local-bridge --event=android --path=$P > bridge 2>&1 & bridge=$!; eventually props ls local
  props
  $ stat -c '%F %a' $P; initctl watch > watched & watch=$!; eventually probe sh -c 'initctl emit probe; cat watched' > /dev/null; say $P 'a=1\r\nnoise\n=x\nsys.boot_' 'completed=1\nlast=\xff\xe9'; heard /props
  socket 755
  android unix named 0 0 yes DIR/local/props

The file goes with the program. A stale one is no obstacle; one that is in use is, and so is one that is no socket.
  $ kill $bridge; wait $bridge; echo $?; ls local; cat bridge
  0
  $ upstart-local-bridge --event=android --path=$P & bridge=$!; eventually props ls local > /dev/null; { kill -KILL $bridge; wait $bridge; } 2> /dev/null; gone; ls local
  props
  $ upstart-local-bridge --event=android --path=$P & bridge=$!; speak $P 'sys.boot_completed=1'; heard props
  android unix named 0 0 yes DIR/local/props
  $ upstart-local-bridge --event=android --path=$P
  upstart-local-bridge: Failed to bind socket unix:<dir>/local/props Address already in use
  [1]
  $ touch local/file; upstart-local-bridge --event=android --path=$PWD/local/file; upstart-local-bridge --event=android --path=/none/x; kill $bridge; wait $bridge; ls local
  upstart-local-bridge: Failed to bind socket unix:<dir>/local/file Address already in use
  upstart-local-bridge: Failed to bind socket unix:/none/x No such file or directory
  file

An abstract name has its exact length and no mode: the program knows other users all the same.
  $ upstart-local-bridge --event=android --path=@props > bridge 2>&1 & bridge=$!; speak @props 'sys.boot_completed=1'; heard props
  android unix abstract 0 0 yes @props
  $ nobody /usr/bin/python3 /say.py @props 'sys.boot_completed=1'; nobody /usr/bin/python3 /say.py @props 'sys.boot_completed=1'; say @props 'own=1'; heard own; kill $bridge; wait $bridge; sed 's/pid .*)/pid N)/' bridge
  own
  upstart-local-bridge: Ignoring request from uid 65534 (gid 65534, pid N)

With --any-user they may speak, for themselves; --daemon detaches when the socket is there, as the job of old expects it.
  $ printf '%s\n' 'expect daemon' respawn "exec $(command -v upstart-local-bridge) --daemon --any-user --event=android --path=@props" > conf/upstart-local-bridge.conf; loaded upstart-local-bridge
  $ start upstart-local-bridge | sed 's/[0-9]*$/N/'; eventually "$(pid_of upstart-local-bridge)" cat /var/run/upstart-local-bridge.pid > /dev/null && echo followed
  upstart-local-bridge start/running, process N
  followed
  $ nobody /usr/bin/python3 /say.py @props 'CLIENT_UID=0\nown=1\nLD_PRELOAD=/x\nsys.boot_completed=1\n'; heard props
  android unix abstract 65534 65534 no @props
  $ before=$(pid_of upstart-local-bridge); kill -KILL $before; eventually 'process [0-9]' status upstart-local-bridge > /dev/null; speak @props 'own=1'; heard own; [ "$before" != "$(pid_of upstart-local-bridge)" ] && echo another
  own
  another
  $ initctl stop upstart-local-bridge; gone; kill $watch; cat -v watched | grep -o 'SOCKET_TYPE.*last=.*' | sed "s#$PWD#DIR#; s/PID=[0-9]*/PID=N/"
  upstart-local-bridge stop/waiting
  SOCKET_TYPE=unix SOCKET_VARIANT=named CLIENT_UID=0 CLIENT_GID=0 CLIENT_PID=N SOCKET_PATH=DIR/local/props last=M-^?M-i
