The program is called upstart, and init is a link to it: with options only it is init, with a word it is the tool for people. Init stays
`init` for those who look for its process.
mode: system

  $ printf 'exec sleep 1000\n' > conf/svc.conf; printf 'exec sleep 1000\n' > conf/other.conf; printf 'exec\n' > conf/bad.conf
  $ basename $(readlink /proc/1/exe); cat /proc/1/comm
  upstart
  init
  $ loaded svc; loaded other; upstart start svc other | sort; upstart status 'sv*'; upstart stop svc svx; upstart status svc
  other start/running, process <pid>
  svc start/running, process <pid>
  svc start/running, process <pid>
  upstart: unknown job: svx; did you mean svc?
  svc stop/waiting
  svc stop/waiting
  [3]
  $ upstart ps | sed "s,$PWD,DIR," | awk '{ print $1, $2, ($1 == "bad" ? $NF : $3 > 0) }'
  JOB STATE 1
  bad broken token
  other start/running 1
  svc stop/waiting 0
  $ upstart ps --failed | sed "s,$PWD,DIR,; s/  */ /g"; upstart ps --failed > /dev/null
  JOB STATE PID FOR RESTARTS EXIT MEMORY CPU WHY
  bad broken file - - 0 - - - DIR/conf/bad.conf:1: Expected token
  [1]
  $ upstart frob; upstart sessions svc; upstart
  upstart: unknown command: frob
  Try `upstart --help' for more information.
  upstart: unexpected word: svc
  Try `upstart sessions --help' for more information.
  upstart: missing command
  Try `upstart --help' for more information.
  [2]
  $ upstart --version; upstart --user --version
  upstart (upstart <version>)
  init (upstart <version>)
  $ upstart --user ps; upstart --user --user list
  upstart: UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.
  upstart: UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.
  [1]
  $ upstart --confdir /etc/init
  telinit: invalid option: --confdir
  Try `telinit --help' for more information.
  [1]
  $ telinit u; cat /proc/1/comm; upstart status other
  init
  other start/running, process <pid>
  $ ln -s $(dirname $(readlink /proc/1/exe))/upstart /sbin/upstart; /sbin/upstart stop other; (exec -a upstart $(readlink /proc/1/exe) list) | sort
  other stop/waiting
  other stop/waiting
  svc stop/waiting

Only root may read what has happened, and what is saved.

  $ asnobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
  $ asnobody upstart history; asnobody upstart simulate stop svc
  upstart: You do not have permission to read the history
  upstart: cannot simulate: the state of init in /run/upstart/state is for its owner: try as root, or --confdir DIR with its job files
  [1]
