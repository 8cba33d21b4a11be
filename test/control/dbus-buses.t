Buses that do not behave: another owner of the name, a bus that ends and comes back, floods, and texts that are meant for a terminal.

  $ printf 'exec sleep 1000\n' > conf/svc.conf
  $ boot
  $ M=/com/ubuntu/Upstart I=com.ubuntu.Upstart0_6; BUS=unix:abstract=$PWD/run/bus; export DBUS_SESSION_BUS_ADDRESS=$BUS
  $ bus() { dbus-daemon --session --address=$BUS --fork --nopidfile --print-pid > bus.pid; }
  $ call() { gdbus call --session --dest com.ubuntu.Upstart --object-path $M --method $I.GetJobByName "$@" 2>&1; }
  $ bus; initctl notify-dbus-address $BUS; call svc
  (objectpath '/com/ubuntu/Upstart/jobs/svc',)

A second init does not get the name, says so, and works on without; the first one keeps it.
  $ mkdir conf2 run2; printf 'exec sleep 1000\n' > conf2/other.conf
  $ first=$UPSTART_SESSION; env -u UPSTART_SESSION XDG_RUNTIME_DIR=$PWD/run2 init --user --confdir conf2 --no-startup-event > second 2>&1 & second=$!
  $ own() { env -u UPSTART_SESSION XDG_RUNTIME_DIR=$PWD/run2 initctl "$@"; }; eventually stop/waiting own status other
  other stop/waiting
  $ own notify-dbus-address $BUS; eventually taken grep taken second; own status other; call svc; call other
  initctl: Name already taken
  init: Name already taken
  other stop/waiting
  (objectpath '/com/ubuntu/Upstart/jobs/svc',)
  Error: GDBus.Error:com.ubuntu.Upstart0_6.Error.UnknownJob: Unknown job: other
  [1]

Once the first one is off the bus, the second one may have the name.
  $ kill $(cat bus.pid); while kill -0 $(cat bus.pid) 2> /dev/null; do sleep 0.05; done; bus; own notify-dbus-address $BUS; call other
  (objectpath '/com/ubuntu/Upstart/jobs/other',)
  $ again() { initctl notify-dbus-address $BUS; call svc; }; kill $second; wait $second; eventually objectpath again; status svc
  (objectpath '/com/ubuntu/Upstart/jobs/svc',)
  svc stop/waiting

A client that asks for rules of matching, sends signals to init and reads nothing harms no other client: on the bus, and on the private socket, which is no bus.
  $ cat > flood.py <<END
  > import dbus, dbus.connection, dbus.lowlevel, os, sys
  > private = sys.argv[1] == 'private'
  > where = dbus.connection.Connection(os.environ['UPSTART_SESSION']) if private else dbus.SessionBus()
  > to = None if private else 'com.ubuntu.Upstart'
  > for number in range(3000):
  >     rule = dbus.lowlevel.MethodCallMessage(None if private else 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'AddMatch')
  >     rule.append("type='signal',member='M%d'" % number)
  >     where.send_message(rule)
  >     signal = dbus.lowlevel.SignalMessage('/a', 'a.b', 'C')
  >     if to: signal.set_destination(to)
  >     where.send_message(signal)
  > last = dbus.lowlevel.MethodCallMessage(to, '/com/ubuntu/Upstart', 'com.ubuntu.Upstart0_6', 'GetJobByName')
  > last.append('svc')
  > print(where.send_message_with_reply_and_block(last, 100).get_args_list()[0])
  > END
  $ /usr/bin/python3 flood.py private & /usr/bin/python3 flood.py bus & call svc; status svc; wait
  (objectpath '/com/ubuntu/Upstart/jobs/svc',)
  svc stop/waiting
  /com/ubuntu/Upstart/jobs/svc
  /com/ubuntu/Upstart/jobs/svc

Rules that are none are the bus's to reject; a private socket has no rules at all.
  $ dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.AddMatch string:nonsense 2>&1 | sed 's/:.*//'
  Error org.freedesktop.DBus.Error.MatchRuleInvalid
  $ dbus-send --print-reply --address=$UPSTART_SESSION $M org.freedesktop.DBus.AddMatch string:"type='signal'" 2>&1
  Error org.freedesktop.DBus.Error.UnknownMethod: Method "AddMatch" with signature "s" on interface "org.freedesktop.DBus" doesn't exist
  [1]
  $ kill $(cat bus.pid)
