Descriptors that python3-dbus sends to process 1 with an event, over the system bus and from peer to peer; and the calls that process 1 rejects.
mode: system

  $ cat > conf/server.conf <<END
  > start on socket
  > instance \$BY
  > respawn
  > script
  >   echo "\$BY: \$UPSTART_FDS \$(cat /proc/self/fd/\$UPSTART_FDS)" >> $PWD/out
  >   exec sleep 1000
  > end script
  > END
  $ printf '%s\n' 'start on other' 'exec sleep 1000' > conf/other.conf; loaded server; loaded other
  $ M=/com/ubuntu/Upstart I=com.ubuntu.Upstart0_6 D=com.ubuntu.Upstart; echo content > sent; : > out; mkdir -p /run/dbus
  $ dbus-daemon --system --fork --nopidfile --nosyslog; kill -USR1 1; eventually '^/com' dbus-send --system --print-reply=literal --dest=$D $M $I.GetJobByName string:server | tr -d ' '
  /com/ubuntu/Upstart/jobs/server
  $ cat > send.py <<END
  > import sys, os, dbus, dbus.connection
  > by, address = sys.argv[1:3]
  > bus = dbus.SystemBus() if address == 'bus' else dbus.connection.Connection(address)
  > name = '$D' if address == 'bus' else None
  > # libdbus sends descriptors when the other side has agreed, which it knows after an answer.
  > dbus.Interface(bus.get_object(name, '$M'), 'org.freedesktop.DBus.Peer').Ping()
  > init = dbus.Interface(bus.get_object(name, '$M'), '$I')
  > file = os.open('sent', os.O_RDONLY)
  > init.EmitEventWithFile('socket', ['BY=' + by], True, dbus.types.UnixFd(file))
  > try:
  >     init.EmitEventWithFile('', [], True, dbus.types.UnixFd(file))
  > except dbus.DBusException as error:
  >     print(error.get_dbus_name(), error.get_dbus_message())
  > END
  $ /usr/bin/python3 send.py bus bus; /usr/bin/python3 send.py private unix:abstract=/com/ubuntu/upstart
  org.freedesktop.DBus.Error.InvalidArgs Name may not be empty string
  org.freedesktop.DBus.Error.InvalidArgs Name may not be empty string
  $ eventually private: cat out
  bus: 3 content
  private: 3 content
  $ initctl emit other; pid() { status "$@" | grep -o '[0-9]*$'; }; has() { ls -l /proc/$1/fd | grep -c "$PWD/sent"; }; has $(pid server BY=bus); has $(pid other); has 1
  1
  0
  2

A respawn has it, also one by the next daemon; it is closed when the instance has ended.
  $ kill -KILL $(pid server BY=bus); eventually 'bus: 3 content.bus:' sh -c 'tr "\n" . < out' > /dev/null; kill -KILL $(pgrep -P 1 -x node); eventually process status server BY=private > /dev/null; kill -KILL $(pid server BY=private); eventually 'private: .*private:' sh -c 'tr "\n" . < out' | tr . '\n'
  bus: 3 content
  private: 3 content
  bus: 3 content
  private: 3 content
  $ stop server BY=bus; stop server BY=private; eventually none sh -c "ls -l /proc/1/fd | grep -q $PWD/sent || echo none"
  server stop/waiting
  server stop/waiting
  none

Process 1 keeps its table of variables, and has no session to end.
  $ private() { dbus-send --address=unix:abstract=/com/ubuntu/upstart --print-reply=literal $M $I."$@" 2>&1 | sed 's/^ *//;s/com.ubuntu.*Error[.]//'; }
  $ private SetEnv array:string: string:A=1 boolean:true; private SetEnvList array:string: array:string:A=1 boolean:true; private UnsetEnv array:string: string:A; private UnsetEnvList array:string: array:string:A; private ResetEnv array:string:
  Error PermissionDenied: Not permissible to modify PID 1 job environment
  Error PermissionDenied: Not permissible to modify PID 1 job environment
  Error PermissionDenied: Not permissible to modify PID 1 job environment
  Error PermissionDenied: Not permissible to modify PID 1 job environment
  Error PermissionDenied: Not permissible to modify PID 1 job environment
  $ private NotifyDBusAddress string:unix:path=/x; private EndSession; private NotifyDiskWriteable; private NotifyCGroupManagerAddress string:unix:path=/x; private ListEnv array:string: | grep -c PATH=; private GetState; status other | sed 's/,.*//'
  Error PermissionDenied: Not permissible to notify D-Bus address for PID 1
  1
  Error org.freedesktop.DBus.Error.NotSupported: The state of init is not available over D-Bus
  other start/running
  $ dbus-send --address=unix:abstract=/com/ubuntu/upstart --print-reply $M $I.Restart 2>&1 | sed 's/:.*//'; eventually process status other | sed 's/,.*//'
  Error org.freedesktop.DBus.Error.NoReply
  other start/running
  $ kill $(pgrep -x dbus-daemon)
