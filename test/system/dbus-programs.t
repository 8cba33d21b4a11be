Programs that ask process 1 over D-Bus in ways of their own (reference: dbus §11): Pacemaker's class for Upstart by GDBus, recipes with
dbus-send, and GDBus from peer to peer.
mode: system

  $ printf '%s\n' 'description "a service"' 'exec sleep 1000' > conf/svc-1.conf; printf '%s\n' 'start on runlevel RUNLEVEL=[45]' task "exec sh -c 'echo \$RUNLEVEL > $PWD/level'" > conf/level.conf; loaded svc-1; loaded level
  $ mkdir -p /run/dbus; dbus-daemon --system --fork --nopidfile --nosyslog
  $ M=/com/ubuntu/Upstart I=com.ubuntu.Upstart0_6 D=com.ubuntu.Upstart; kill -USR1 1; eventually '^ *:' dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner string:$D > /dev/null

Pacemaker asks for the job and its instances, acts with a variable of its own, and takes two errors for success.
  $ cat > pacemaker.py <<'END'
  > from gi.repository import Gio, GLib
  > NAME, ROOT = 'com.ubuntu.Upstart', 'com.ubuntu.Upstart0_6'
  > def proxy(path, interface): return Gio.DBusProxy.new_for_bus_sync(Gio.BusType.SYSTEM, Gio.DBusProxyFlags.NONE, None, NAME, path, interface, None)
  > def call(of, member, signature=None, *args): return of.call_sync(member, signature and GLib.Variant(signature, args), Gio.DBusCallFlags.NONE, -1, None).unpack()
  > init = proxy('/com/ubuntu/Upstart', ROOT)
  > (path,) = call(init, 'GetJobByName', '(s)', 'svc-1')
  > print(init.get_name_owner()[0], path, path in call(init, 'GetAllJobs')[0])
  > def state():
  >     (paths,) = call(proxy(path, ROOT + '.Job'), 'GetAllInstances')
  >     return [call(proxy(one, 'org.freedesktop.DBus.Properties'), 'Get', '(ss)', ROOT + '.Instance', 'state')[0] for one in paths]
  > for action in ('Start', 'Start', 'Restart', 'Stop', 'Stop', 'Restart'):
  >     try: answer = call(proxy(path, ROOT + '.Job'), action, '(asb)', ['pacemaker=1'], True)
  >     except GLib.Error as error: answer = Gio.DBusError.get_remote_error(error)
  >     print(action, answer, state())
  > END
  $ /usr/bin/python3 pacemaker.py
  : /com/ubuntu/Upstart/jobs/svc_2d1 True
  Start ('/com/ubuntu/Upstart/jobs/svc_2d1/_',) ['running']
  Start com.ubuntu.Upstart0_6.Error.AlreadyStarted ['running']
  Restart ('/com/ubuntu/Upstart/jobs/svc_2d1/_',) ['running']
  Stop () []
  Stop com.ubuntu.Upstart0_6.Error.UnknownInstance []
  Restart com.ubuntu.Upstart0_6.Error.UnknownInstance []

Recipes make paths by themselves, and take the properties of an instance for "it is running".
  $ is_running() { dbus-send --system --print-reply --dest=$D $M/jobs/svc_2d1/_ org.freedesktop.DBus.Properties.GetAll string:'' 2>&1 | grep -o 'string "running"\|UnknownMethod'; }
  $ is_running; dbus-send --system --print-reply=literal --dest=$D $M/jobs/svc_2d1 $I.Job.Start array:string: boolean:false | tr -d ' '; echo; eventually running is_running
  UnknownMethod
  /com/ubuntu/Upstart/jobs/svc_2d1/_
  string "running"
  $ dbus-send --address=unix:abstract=/com/ubuntu/upstart --type=method_call $M $I.EmitEvent string:runlevel array:string:RUNLEVEL=4 boolean:false; eventually 4 cat level
  4

GDBus from peer to peer: no bus, so no owner of a name; properties are cached by GetAll.
  $ cat > peer.py <<'END'
  > from gi.repository import Gio, GLib
  > init = Gio.DBusConnection.new_for_address_sync('unix:abstract=/com/ubuntu/upstart', Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
  > print(init.get_capabilities() == Gio.DBusCapabilityFlags.UNIX_FD_PASSING, init.get_unique_name())
  > proxy = Gio.DBusProxy.new_sync(init, Gio.DBusProxyFlags.NONE, None, None, '/com/ubuntu/Upstart/jobs/svc_2d1/_', 'com.ubuntu.Upstart0_6.Instance', None)
  > print(sorted(proxy.get_cached_property_names()), proxy.get_cached_property('goal').unpack())
  > loop = GLib.MainLoop()
  > def heard(proxy, sender, signal, args):
  >     if signal == 'GoalChanged': print(sender, signal, args.unpack())
  >     if args.unpack() == ('stop',): loop.quit()
  > proxy.connect('g-signal', heard)
  > proxy.call('Stop', GLib.Variant('(b)', (True,)), Gio.DBusCallFlags.NONE, -1, None, None)
  > loop.run()
  > END
  $ /usr/bin/python3 peer.py; eventually stop/waiting status svc-1; kill $(pgrep -x dbus-daemon)
  True None
  ['goal', 'name', 'processes', 'state'] start
  None GoalChanged ('stop',)
  svc-1 stop/waiting
