What talks to Upstart by D-Bus talks to process 1: each of dbus-send, gdbus, busctl and python3-dbus starts, stops, asks, emits and hears of it.
mode: system

  $ printf 'exec sleep 1000\n' > conf/svc.conf; printf '%s\n' task 'start on please' 'exec true' > conf/answer.conf; loaded svc; loaded answer
  $ M=/com/ubuntu/Upstart I=com.ubuntu.Upstart0_6 P=org.freedesktop.DBus.Properties D=com.ubuntu.Upstart
  $ mkdir -p /run/dbus
  $ dbus-daemon --system --fork --nopidfile --nosyslog; kill -USR1 1; eventually '^/com' dbus-send --system --print-reply=literal --dest=$D $M $I.GetJobByName string:svc | tr -d ' '
  /com/ubuntu/Upstart/jobs/svc

The private socket and the control socket, peer to peer; the socket of those who may only ask has no D-Bus.
  $ for address in unix:abstract=/com/ubuntu/upstart unix:path=/run/upstart/control.sock; do
  >   peer() { dbus-send --address=$address --print-reply=literal "$@" 2>&1 | sed 's/^ *//;$a\'; }
  >   peer $M/jobs/svc $I.Job.Start array:string: boolean:true; peer $M/jobs/svc/_ $P.Get string:$I.Instance string:state
  >   peer $M $I.EmitEvent string:please array:string:A=1 boolean:true; peer $M/jobs/svc $I.Job.Stop array:string: boolean:true; status svc
  > done
  /com/ubuntu/Upstart/jobs/svc/_
  variant       running
  svc stop/waiting
  /com/ubuntu/Upstart/jobs/svc/_
  variant       running
  svc stop/waiting
  $ dbus-send --address=unix:path=/run/upstart/query.sock --print-reply $M $I.GetAllJobs > answer 2>&1; grep -c 'object path' answer
  0
  [1]

What init says of its own accord: to gdbus, dbus-monitor and python3-dbus, on the bus and from peer to peer.
  $ cat > hear.py <<END
  > import sys, dbus, dbus.connection, dbus.mainloop.glib
  > from gi.repository import GLib
  > dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
  > bus = dbus.SystemBus() if sys.argv[1] == 'bus' else dbus.connection.Connection(sys.argv[1])
  > hear = lambda *args, m: print(m, *[' '.join(arg) if isinstance(arg, list) else arg for arg in args], flush=True)
  > for interface in ('', '.Job', '.Instance'):
  >     bus.add_signal_receiver(hear, dbus_interface='$I' + interface, member_keyword='m')
  > GLib.timeout_add(10, lambda: print('ready', flush=True))
  > GLib.MainLoop().run()
  > END
  $ hear() { /usr/bin/python3 hear.py $1 > heard-$2 2>&1; }; hear bus 1 & hear unix:abstract=/com/ubuntu/upstart 2 & hear unix:path=/run/upstart/control.sock 3 &
  $ gdbus monitor --system --dest $D > heard-gdbus 2>&1 & dbus-monitor --system "type='signal',interface='$I'" > heard-monitor 2>&1 &
  $ for n in 1 2 3; do eventually ready cat heard-$n; done; eventually 'is owned' cat heard-gdbus | grep -c 'is owned'; eventually NameAcquired cat heard-monitor > /dev/null
  ready
  ready
  ready
  1

gdbus, busctl and python3-dbus on the system bus.
  $ gcall() { gdbus call --system --dest $D --object-path "$@" 2>&1; }
  $ gcall $M/jobs/svc --method $I.Job.Start '[]' true; gcall $M/jobs/svc/_ --method $P.Get $I.Instance goal; gcall $M --method $I.EmitEvent please "['BY=gdbus', 'RUNLEVEL=1']" true
  (objectpath '/com/ubuntu/Upstart/jobs/svc/_',)
  (<'start'>,)
  ()
  $ gcall $M/jobs/svc --method $I.Job.Stop '[]' true; gcall $M/jobs/svc --method $I.Job.Stop '[]' true
  ()
  Error: GDBus.Error:com.ubuntu.Upstart0_6.Error.UnknownInstance: Unknown instance:
  [1]
  $ bcall() { busctl --no-pager call $D "$@" 2>&1; }
  $ bcall $M/jobs/svc $I.Job Start asb 0 true; busctl get-property $D $M/jobs/svc/_ $I.Instance name goal state; bcall $M $I EmitEvent sasb please 2 BY=busctl RUNLEVEL=2 true; bcall $M/jobs/svc $I.Job Stop asb 0 true; status svc
  o "/com/ubuntu/Upstart/jobs/svc/_"
  s ""
  s "start"
  s "running"
  svc stop/waiting
  $ cat > act.py <<END
  > import dbus
  > bus = dbus.SystemBus()
  > init = dbus.Interface(bus.get_object('$D', '$M'), '$I')
  > job = dbus.Interface(bus.get_object('$D', init.GetJobByName('svc')), '$I.Job')
  > path = job.Start([], True)
  > props = dbus.Interface(bus.get_object('$D', path), '$P').GetAll('$I.Instance')
  > print(path, props['goal'] + '/' + props['state'], [str(slot) for slot, pid in props['processes']])
  > init.EmitEvent('please', ['BY=python', 'RUNLEVEL=3'], True)
  > job.Stop([], True)
  > try:
  >     job.Stop([], True)
  > except dbus.DBusException as error:
  >     print(error.get_dbus_name(), error.get_dbus_message())
  > END
  $ /usr/bin/python3 act.py
  /com/ubuntu/Upstart/jobs/svc/_ start/running ['main']
  com.ubuntu.Upstart0_6.Error.UnknownInstance Unknown instance:
  $ for n in 1 2 3; do eventually RUNLEVEL=3 cat heard-$n | grep RUNLEVEL=; grep -c 'StateChanged running' heard-$n; done
  EventEmitted please BY=gdbus RUNLEVEL=1
  EventEmitted please BY=busctl RUNLEVEL=2
  EventEmitted please BY=python RUNLEVEL=3
  6
  EventEmitted please BY=gdbus RUNLEVEL=1
  EventEmitted please BY=busctl RUNLEVEL=2
  EventEmitted please BY=python RUNLEVEL=3
  6
  EventEmitted please BY=gdbus RUNLEVEL=1
  EventEmitted please BY=busctl RUNLEVEL=2
  EventEmitted please BY=python RUNLEVEL=3
  6
  $ eventually RUNLEVEL=3 cat heard-gdbus | grep -o "'RUNLEVEL=.'"; eventually RUNLEVEL=3 cat heard-monitor | grep -o 'string "RUNLEVEL=.'; kill $(jobs -p) $(pgrep -x dbus-daemon)
  'RUNLEVEL=1'
  'RUNLEVEL=2'
  'RUNLEVEL=3'
  string "RUNLEVEL=1
  string "RUNLEVEL=2
  string "RUNLEVEL=3
