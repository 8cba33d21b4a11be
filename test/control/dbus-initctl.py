#!/usr/bin/python3
"""initctl as the original has it: makes its D-Bus calls, one by one, and prints what the answers say (reference: dbus §10)."""
import os
import sys
import dbus
import dbus.connection
import dbus.lowlevel

MANAGER = '/com/ubuntu/Upstart'
UPSTART = 'com.ubuntu.Upstart0_6'
JOB = UPSTART + '.Job'
INSTANCE = UPSTART + '.Instance'
PROPERTIES = 'org.freedesktop.DBus.Properties'
FOREVER = 2147483.0
UNKNOWN_METHOD = 'org.freedesktop.DBus.Error.UnknownMethod'
JOB_EVENTS = ('starting', 'started', 'stopping', 'stopped')
# Types of answers, and of properties that are no text.
ANSWERS = {
    'GetJobByName': 'o', 'GetAllJobs': 'ao', 'GetInstance': 'o', 'GetInstanceByName': 'o', 'GetAllInstances': 'ao',
    'Start': 'o', 'Restart': 'o', 'Get': 'v', 'GetAll': 'a{sv}', 'GetEnv': 's', 'ListEnv': 'as',
}
TYPES = {'emits': 'as', 'start_on': 'aas', 'stop_on': 'aas', 'processes': 'a(si)'}
ADDRESSED = {'SetEnvList': 'asasb', 'UnsetEnvList': 'asas', 'GetEnv': 'ass', 'ListEnv': 'as', 'ResetEnv': 'as'}
# The options that commands have besides those of all of them.
OWN_OPTIONS = {
    **dict.fromkeys(('start', 'stop', 'restart', 'emit'), {'no-wait'}), 'show-config': {'enumerate'},
    **dict.fromkeys(('get-env', 'unset-env', 'list-env', 'reset-env'), {'global'}), 'set-env': {'global', 'retain'},
}
COMMON_OPTIONS = {'quiet', 'verbose', None}
FLAGS = {'-n': 'no-wait', '-q': 'quiet', '-v': 'verbose', '-g': 'global', '-r': 'retain', '-e': 'enumerate', '-w': 'warn'}

program = os.path.basename(sys.argv[0])
connection = None


class Mistake(Exception):
    """The command line is wrong."""


def call(path, interface, method, signature='', *args, types=None):
    """The answer, whose type has to be the one that the original's client expects."""
    global connection
    connection = connection or dbus.connection.Connection(os.environ['UPSTART_SESSION'])
    message = dbus.lowlevel.MethodCallMessage(None, path, interface, method)
    message.append(signature=signature, *args)
    answer = connection.send_message_with_reply_and_block(message, FOREVER)
    expected = ANSWERS.get(method, '') if types is None else types
    assert answer.get_signature() == expected, (method, answer.get_signature())
    values = answer.get_args_list()
    return values[0] if values else None


def get(path, interface, name):
    value = call(path, PROPERTIES, 'Get', 'ss', interface, name)
    expect_type(name, value)
    return value


def expect_type(name, value):
    expected = TYPES.get(name, 's')
    found = 'a' + str(value.signature) if isinstance(value, dbus.Array) else 's' if isinstance(value, dbus.String) else None
    assert found == expected, (name, found)


def error_name(error):
    return error.get_dbus_name().replace(UPSTART + '.Error.', '')


def job_by_name(name):
    return call(MANAGER, UPSTART, 'GetJobByName', 's', name)


def status_lines(job, instance):
    name = get(job, JOB, 'name')
    try:
        props = call(instance, PROPERTIES, 'GetAll', 's', INSTANCE) if instance else None
    except dbus.DBusException as error:
        if error.get_dbus_name() != UNKNOWN_METHOD:
            raise
        props = None
    if props is not None:
        assert sorted(props) == ['goal', 'name', 'processes', 'state'], props
        for key, value in props.items():
            expect_type(key, value)
    if props is None:
        return ['%s stop/waiting' % name]
    title = name + (' (%s)' % props['name'] if props['name'] else '')
    lines = ['%s %s/%s' % (title, props['goal'], props['state'])]
    for index, (slot, pid) in enumerate(props['processes']):
        if index > 0:
            lines.append('\t%s process %d' % (slot, pid))
        elif slot in ('main', 'pre-start', 'post-stop'):
            lines[0] += ', process %d' % pid
        else:
            lines[0] += ', (%s) process %d' % (slot, pid)
    return lines


def own_job():
    job, instance = os.environ.get('UPSTART_JOB'), os.environ.get('UPSTART_INSTANCE')
    if job is None or instance is None:
        raise Mistake('missing job name')
    path = job_by_name(job)
    return path, call(path, JOB, 'GetInstanceByName', 's', instance)


def of_job(method):
    """start, stop, restart."""
    def run(words, options):
        if not words:
            job, instance = own_job()
            call(instance, INSTANCE, method, 'b', False, types='')
            return status_lines(job, instance)
        job, env, wait = job_by_name(words[0]), words[1:], 'no-wait' not in options
        if method == 'Stop':
            instance = call(job, JOB, 'GetInstance', 'as', env)
            call(job, JOB, 'Stop', 'asb', env, wait)
        else:
            instance = call(job, JOB, method, 'asb', env, wait)
        return status_lines(job, instance)
    return run


def reload(words, _):
    if not words:
        instance = own_job()[1]
    else:
        instance = call(job_by_name(words[0]), JOB, 'GetInstance', 'as', words[1:])
    call(instance, INSTANCE, 'Reload')
    return []


def status(words, _):
    if not words:
        return status_lines(*own_job())
    job = job_by_name(words[0])
    try:
        return status_lines(job, call(job, JOB, 'GetInstance', 'as', words[1:]))
    except dbus.DBusException as error:
        if error_name(error) == 'UnknownInstance' and len(words) == 1:
            return status_lines(job, None)
        raise


def list_all(*_):
    lines = []
    for job in call(MANAGER, UPSTART, 'GetAllJobs'):
        instances = call(job, JOB, 'GetAllInstances')
        for instance in instances or [None]:
            lines += status_lines(job, instance)
    return lines


def emit(words, options):
    if not words:
        raise Mistake('missing event name')
    call(MANAGER, UPSTART, 'EmitEvent', 'sasb', words[0], words[1:], 'no-wait' not in options)
    return []


def log_priority(words, _):
    if not words:
        return [get(MANAGER, UPSTART, 'log_priority')]
    call(MANAGER, PROPERTIES, 'Set', 'ssv', UPSTART, 'log_priority', dbus.String(words[0], variant_level=1))
    return []


def usage(words, _):
    job = job_by_name(words[0]) if words else own_job()[0]
    get(job, JOB, 'name')
    return ['Usage: %s' % get(job, JOB, 'usage')]


def tree(condition):
    stack = []
    for match in condition:
        if match[0] in ('/AND', '/OR'):
            right, left = stack.pop(), stack.pop()
            stack.append((match[0], left, right))
        else:
            stack.append(list(match))
    return stack[0] if stack else None


def text_of(node):
    if isinstance(node, list):
        return ' '.join(node)
    return '(%s %s %s)' % (text_of(node[1]), node[0][1:].lower(), text_of(node[2]))


def leaves(node, from_right=False):
    if isinstance(node, list):
        return [node]
    sides = node[:0:-1] if from_right else node[1:]
    return [leaf for side in sides for leaf in leaves(side, from_right)]


def job_of(event):
    """The job in a match of an event of a job, and the arguments without it."""
    name, args = event[0], event[1:]
    if name in JOB_EVENTS:
        for index, arg in enumerate(args):
            if (index == 0 and '=' not in arg) or arg.startswith('JOB='):
                return arg.replace('JOB=', '', 1), args[:index] + args[index + 1:]
    return None, args


def configuration(job):
    name, emits = get(job, JOB, 'name'), get(job, JOB, 'emits')
    return name, emits, [('start on', tree(get(job, JOB, 'start_on'))), ('stop on', tree(get(job, JOB, 'stop_on')))]


def show_config(words, options):
    lines = []
    for job in [job_by_name(words[0])] if words else call(MANAGER, UPSTART, 'GetAllJobs'):
        name, emits, conditions = configuration(job)
        lines += [name] + ['  emits %s' % pattern for pattern in emits]
        for title, node in conditions:
            if node is None:
                continue
            if 'enumerate' not in options:
                lines.append('  %s %s' % (title, text_of(node)))
                continue
            for event in leaves(node):
                of, args = job_of(event)
                env = ''.join(' ' + arg for arg in args)
                lines.append('  %s %s (job:%s, env:%s)' % (title, event[0], ' ' + of if of else '', env))
    return lines


def of_table(method, missing=None):
    """get-env, set-env, unset-env, list-env, reset-env."""
    def run(words, options):
        if missing and not words:
            raise Mistake(missing)
        details = []
        if 'global' not in options and 'UPSTART_JOB' in os.environ:
            if 'UPSTART_INSTANCE' not in os.environ:
                raise Mistake('missing job name')
            details = [os.environ['UPSTART_JOB'], os.environ['UPSTART_INSTANCE']]
        more = {'SetEnvList': [words, 'retain' not in options], 'UnsetEnvList': [words], 'GetEnv': words[:1]}
        args = [dbus.Array(details, 's')] + more.get(method, [])
        answer = call(MANAGER, UPSTART, method, ADDRESSED[method], *args)
        return sorted(answer) if method == 'ListEnv' else [answer] if method == 'GetEnv' else []
    return run


def of_init(method, missing=None):
    def run(words, _):
        if missing and not words:
            raise Mistake(missing)
        call(MANAGER, UPSTART, method, 's' if missing else '', *words[: 1 if missing else 0])
        return []
    return run


COMMANDS = {
    'start': of_job('Start'), 'stop': of_job('Stop'), 'restart': of_job('Restart'), 'reload': reload,
    'status': status, 'list': list_all, 'emit': emit, 'usage': usage, 'show-config': show_config,
    'log-priority': log_priority, 'version': lambda *_: [get(MANAGER, UPSTART, 'version')],
    'get-env': of_table('GetEnv', 'missing variable name'), 'set-env': of_table('SetEnvList', 'missing variable value'),
    'unset-env': of_table('UnsetEnvList', 'missing variable name'), 'list-env': of_table('ListEnv'),
    'reset-env': of_table('ResetEnv'), 'reload-configuration': of_init('ReloadConfiguration'),
    'notify-disk-writeable': of_init('NotifyDiskWriteable'),
    'notify-dbus-address': of_init('NotifyDBusAddress', 'missing D-Bus address'),
    'notify-cgroup-manager-address': of_init('NotifyCGroupManagerAddress', 'missing address'),
}


def main():
    words, options = [], set()
    level = 'normal'
    for word in sys.argv[1:]:
        letters = [FLAGS.get('-' + letter) for letter in word[1:]] if word[:1] == '-' and word[:2] != '--' else []
        for name in letters if letters and all(letters) else [word[2:]] if word[2:] in FLAGS.values() else [None]:
            options.add(name)
            level = name if name in ('quiet', 'verbose') else level
            if name is None:
                words.append(word)
    name = program if program != 'initctl' else words.pop(0) if words else ''
    allowed = OWN_OPTIONS.get(name, set()) | COMMON_OPTIONS
    if name not in COMMANDS or options - allowed or any(word.startswith('-') for word in words):
        # What needs no init: help, versions, mistakes in options.
        os.execv(os.environ['REAL_INITCTL'], [program] + sys.argv[1:])
    try:
        lines = COMMANDS[name](words, options)
    except Mistake as mistake:
        sys.stderr.write("%s: %s\nTry `%s --help' for more information.\n" % (program, mistake, program))
        return 1
    except dbus.DBusException as error:
        sys.stderr.write('%s: %s\n' % (program, error.get_dbus_message()))
        return 1
    if level != 'quiet':
        sys.stdout.write(''.join(line + '\n' for line in lines))
    return 0


sys.exit(main())
