import { describe, expect, test } from 'vitest';
import { warned } from './testing/world.ts';

describe('commands', () => {
  test.each([
    ['exec A=b cmd', ['1 exec-assignment A=b']],
    ['pre-start exec A=b cmd', ['1 exec-assignment A=b']],
    ['exec cmd A=b', []],
    ['exec a && b', ['1 exec-list &&']],
    ['exec a || b', ['1 exec-list ||']],
    ['exec a; b', ['1 exec-list ;']],
    ['exec a &', ['1 exec-list &']],
    ['exec a &> /dev/null', ['1 exec-list &>']],
    ['exec a | b > c 2>&1', []],
    ['exec sh -c "a && b; c &"', []],
    ['exec a $(b && c) `d; e` ${F:-"g & h"}', []],
    ['exec a <&- >&2 2>>/x', []],
    ['exec a b\\;c \\& d', []],
    ['exec ~/bin/app', ['1 exec-home ~/bin/app']],
    ['env HOME=/root\nexec ~/bin/app', []],
    ['exec a ~x b~', []],
    ['exec /data x', ['1 not-executable /data']],
    ['exec /bin/app', []],
    ['exec /not/here', []],
    ['chroot /srv\nexec /data', []],
    ['exec a --daemon', ['1 expect --daemon']],
    ['exec a --daemonize=yes', ['1 expect --daemonize=yes']],
    ['expect daemon\nexec a --daemon', []],
    ['exec start-stop-daemon --start --background --exec /bin/app', ['1 expect --background']],
    ['exec start-stop-daemon -S -b -x /bin/app', ['1 expect -b']],
    ['exec start-stop-daemon --start --exec /bin/app -- --daemon -b', []],
    ['exec grep -b x', []],
    ['expect fork\nexec a --foreground', ['1 expect expect']],
    ['expect stop\nexec a --foreground', []],
    ['exec a -- --daemon', []],
  ])('%j', (text, expected) => {
    expect(warned(text)).toEqual(expected);
  });
});

describe('scripts', () => {
  const script = (...lines: string[]): string[] => warned(`script\n${lines.join('\n')}\nend script\n`);

  test.each([
    [['source /etc/x', 'a'], ['2 bashism source']],
    [['if [[ -n $A && -n $B ]]; then', ' a', 'fi'], ['2 bashism [[']],
    [['function f {', ' a', '}'], ['2 bashism function']],
    [['[ "$A" == b ] || c'], ['2 bashism ==']],
    [['a &> /dev/null', 'b'], ['2 bashism &>']],
    [['echo source [[ function', '# source x', 'echo "', 'source y"'], []],
    [['cat <<EOF', 'source x', '[[ y ]]', 'EOF', 'a'], []],
    [['exec /bin/bash <<-"END"', '\tsource x', '\tEND'], []],
  ])('of bash: %j', (lines, expected) => {
    expect(script(...lines)).toEqual(expected);
  });

  test.each([
    [['a', '[ -r x ] && . x'], ['3 last-command [']],
    [['test -n "$A" && b # why not'], ['2 last-command test']],
    [['if a; then', '  [ -r x ] && . x', 'fi'], ['3 last-command [']],
    [['[ -r x ] &&', '  . x'], ['2 last-command [']],
    [['[ -r x ] && . x', 'a'], []],
    [['[ -r x ] && . x || true'], []],
    [['[ -r x ] || exit 0'], []],
    [['if [ -r x ] && [ -r y ]; then', ' a', 'fi'], []],
    [['a && b'], []],
    [['! [ -r x ] && a'], []],
  ])('the last command: %j', (lines, expected) => {
    expect(script(...lines)).toEqual(expected);
  });

  test.each([
    [['. $NVM_DIR/nvm.sh', 'exec a'], ['2 sourced-file $NVM_DIR/nvm.sh']],
    [['. "$HOME/.bashrc"', 'exec a'], ['2 sourced-file "$HOME/.bashrc"']],
    [['. $NVM_DIR/nvm.sh || true', 'exec a'], []],
    [['. /etc/default/a', '. /lib/lsb/init-functions', 'exec a'], []],
  ])('a sourced file: %j', (lines, expected) => {
    expect(script(...lines)).toEqual(expected);
  });

  test('lines that end in CR LF', () => {
    expect(warned('script\r\n  a\r\n  b\r\nend script\r\n')).toEqual(['2 carriage-return']);
    expect(warned('exec a\r\ntask\r\n')).toEqual([]);
  });

  test('nothing of a script makes a rule fail', () => {
    const odd = ['"', "'", '`', '$(', '${', '((', '<<', '<<X', '\\', '&&', '[[', '"$("'.repeat(10_000), ')))', '|&;'];
    for (const text of odd) expect(() => script(text)).not.toThrow();
  });
});
