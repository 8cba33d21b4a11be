The dashboard in front of process 1: root's changes what init runs, that of another user only asks. Needs curl and setpriv.
mode: system

  $ printf '%s\n' 'start on never-comes' 'env SECRET=hidden' 'exec sleep 1000' > conf/svc.conf; loaded svc
  $ nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
  $ at() { curl -s --unix-socket "$1" -H 'content-type: application/json' ${3:+-d "$3"} "http://localhost/api/v1$2"; }
  $ listens() { eventually '^{' at "$1" /version > /dev/null; }

The gateway of root.
  $ upstart dashboard > said 2>&1 & ROOTS=$!; S=/run/upstart/dashboard.sock; listens $S; stat -c '%a %U' $S; head -n 1 said
  600 root
  listening at /run/upstart/dashboard.sock, for you alone
  $ at $S /jobs/svc/start '{}' | grep -o '"state":"running"'; status svc | sed 's/process .*/process N/'
  "state":"running"
  svc start/running, process N
  $ at $S /inits; echo
  [{"name":"system","title":"system","path":"/","isHere":true}]
  $ nobody curl -s --unix-socket $S http://localhost/api/v1/jobs; echo $?
  7

That of another user: it answers, and changes nothing, and tells neither history nor values.
  $ mkdir -m 700 /tmp/nobody; chown 65534:65534 /tmp/nobody; Q=/tmp/nobody/q.sock
  $ nobody upstart dashboard --listen unix:$Q > nobodys 2>&1 & OTHERS=$!; listens $Q; stat -c '%a %u' $Q
  600 65534
  $ at $Q /jobs/svc | grep -o '"state":"[^"]*"'; at $Q /jobs/svc/explain.txt | sed 's/:.*//;q'
  "state":"start/running"
  svc start/running
  $ at $Q /jobs/svc/stop '{}'; echo; at $Q /events '{"name":"x"}' | grep -o '"status":403'; at $Q /history | grep -o '"status":403'
  {"type":"urn:upstart:permission-denied","code":"permission-denied","status":403,"title":"You do not have permission to stop job"}
  "status":403
  "status":403
  $ at $Q /simulate '{"actions":[{"type":"stop","job":"svc"}]}' | grep -o '"status":[0-9]*'; at $Q /jobs/svc/explain | grep -c hidden
  "status":422
  0
  [1]
  $ status svc | sed 's/process .*/process N/'
  svc start/running, process N

The stream of another user has changes, and continues when the daemon has died.
  $ curl -sN --unix-socket $Q http://localhost/api/v1/watch > stream & READER=$!; eventually 'event: hello' cat stream > /dev/null
  $ kill -KILL $(pgrep -P 1 -x node); restart svc > /dev/null; eventually '"restarted"' cat stream > /dev/null; stop svc > /dev/null; eventually '^\[.*stop/waiting' at $Q /jobs/svc > /dev/null; kill $READER

Read-only changes nothing, whoever asks.
  $ upstart dashboard --read-only --listen unix:/tmp/ro.sock > /dev/null 2>&1 & RO=$!; listens /tmp/ro.sock; at /tmp/ro.sock /jobs/svc/start '{}' | grep -o '"code":"[^"]*"'
  "code":"read-only"
  $ at /tmp/ro.sock /init/system/jobs 2>&1 | grep -o '"status":404'; curl -s --unix-socket /tmp/ro.sock -H 'content-type: application/json' -d '{}' http://localhost/init/system/api/v1/jobs/svc/start | grep -o '"code":"[^"]*"'
  "status":404
  "code":"read-only"
  $ status svc; kill $ROOTS $OTHERS $RO
  svc stop/waiting
