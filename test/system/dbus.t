Process 1 on D-Bus: the private socket for root, and its name on the system bus, where others may only ask. Needs dbus-daemon, dbus-send, gdbus
and busctl.
mode: system

  $ printf '%s\n' 'description "a service"' 'exec sleep 1000' > conf/svc.conf; loaded svc
  $ M=/com/ubuntu/Upstart I=com.ubuntu.Upstart0_6 P=org.freedesktop.DBus.Properties; nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@" 2>&1; }

The private socket: root gets answers, others nothing.
  $ private() { dbus-send --address=unix:abstract=/com/ubuntu/upstart --print-reply=literal "$@" 2>&1 | sed 's/^ *//;$a\'; }
  $ private $M $I.GetJobByName string:svc; private $M/jobs/svc $I.Job.Start array:string: boolean:true; private $M $I.NotifyDBusAddress string:x
  /com/ubuntu/Upstart/jobs/svc
  /com/ubuntu/Upstart/jobs/svc/_
  Error com.ubuntu.Upstart0_6.Error.PermissionDenied: Not permissible to notify D-Bus address for PID 1
  $ nobody dbus-send --address=unix:abstract=/com/ubuntu/upstart --print-reply $M $I.GetAllJobs > answer; grep -c 'object path' answer
  0
  [1]

The system bus: it is joined at SIGUSR1, and not by itself.
  $ mkdir -p /run/dbus
  $ system() { dbus-send --system --print-reply=literal --dest=com.ubuntu.Upstart "$@" 2>&1 | sed 's/^ *//;$a\'; }
  $ dbus-daemon --system --fork --nopidfile --nosyslog; system $M $I.GetAllJobs | sed 's/:.*//'
  Error org.freedesktop.DBus.Error.ServiceUnknown
  $ kill -USR1 1; eventually '^/com' system $M $I.GetJobByName string:svc
  /com/ubuntu/Upstart/jobs/svc
  $ nobody dbus-send --system --print-reply=literal --dest=com.ubuntu.Upstart $M/jobs/svc/_ $P.Get string: string:state
     variant       running
  $ nobody dbus-send --system --print-reply --dest=com.ubuntu.Upstart $M/jobs/svc $I.Job.Stop array:string: boolean:true | grep -o 'AccessDenied: Rejected send message, 1 matched rules'
  AccessDenied: Rejected send message, 1 matched rules
  $ gdbus call --system --dest com.ubuntu.Upstart --object-path $M/jobs/svc --method $I.Job.GetInstance '[]'; busctl --no-pager get-property com.ubuntu.Upstart $M/jobs/svc $I.Job description
  (objectpath '/com/ubuntu/Upstart/jobs/svc/_',)
  s "a service"
  $ gdbus call --system --dest com.ubuntu.Upstart --object-path $M/jobs/svc --method $I.Job.Restart '[]' true; busctl call com.ubuntu.Upstart $M/jobs/svc/_ $I.Instance Stop b true; status svc
  (objectpath '/com/ubuntu/Upstart/jobs/svc/_',)
  svc stop/waiting

Others are sent events with all their variables, as by the original, unless the bus's policy keeps the events from them.
  $ nobody dbus-monitor --system "type='signal',interface='com.ubuntu.Upstart0_6'" > heard & eventually NameAcquired cat heard > /dev/null
  $ initctl emit secret PASSWORD=x; eventually 'PASSWORD=x' cat heard | grep -o '"PASSWORD=x"'; kill $!
  "PASSWORD=x"
  $ printf '<busconfig><policy context="default"><deny receive_interface="com.ubuntu.Upstart0_6" receive_member="EventEmitted"/></policy></busconfig>' > /etc/dbus-1/system.d/Yevents.conf
  $ dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ReloadConfig > /dev/null
  $ nobody dbus-monitor --system "type='signal',interface='com.ubuntu.Upstart0_6'" > heard & eventually NameAcquired cat heard > /dev/null
  $ initctl emit secret PASSWORD=x; initctl reload-configuration; eventually JobAdded cat heard > /dev/null; grep -c 'PASSWORD' heard; kill $!
  0

A policy that lets others in does not let them change anything: init asks the bus for their user.
  $ printf '<busconfig><policy context="default"><allow send_destination="com.ubuntu.Upstart"/></policy></busconfig>' > /etc/dbus-1/system.d/Zopen.conf
  $ dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ReloadConfig > /dev/null
  $ nobody dbus-send --system --print-reply --dest=com.ubuntu.Upstart $M/jobs/svc $I.Job.Start array:string: boolean:true
  Error com.ubuntu.Upstart0_6.Error.PermissionDenied: You do not have permission to start job
  [1]

The name comes back with the next daemon, after a crash and after a re-execution; a bus that goes away is left alone until SIGUSR1.
  $ owner() { dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner string:com.ubuntu.Upstart 2>&1; }
  $ before=$(owner); kill -KILL $(pgrep -P 1 -x node); eventually ' :' owner > /dev/null; eventually '^/com' system $M $I.GetJobByName string:svc; [ "$before" != "$(owner)" ] && echo another
  /com/ubuntu/Upstart/jobs/svc
  another
  $ private $M $I.Restart | sed 's/:.*//'; eventually '^/com' private $M $I.GetJobByName string:svc; eventually '^/com' system $M $I.GetJobByName string:svc
  Error org.freedesktop.DBus.Error.NoReply
  /com/ubuntu/Upstart/jobs/svc
  /com/ubuntu/Upstart/jobs/svc
  $ kill $(pgrep -x dbus-daemon); eventually gone sh -c 'pgrep -x dbus-daemon > /dev/null || echo gone'; dbus-daemon --system --fork --nopidfile --nosyslog; system $M $I.GetAllJobs | sed 's/:.*//'
  gone
  Error org.freedesktop.DBus.Error.ServiceUnknown
  $ kill -USR1 1; eventually '^/com' system $M $I.GetJobByName string:svc
  /com/ubuntu/Upstart/jobs/svc
  $ kill $(pgrep -x dbus-daemon)
