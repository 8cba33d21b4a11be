# The console of a system case: makes the first pseudo-terminal of the devpts that is mounted on the folder given, and
# copies what is written to it to standard output. Ends with its parent.
use strict;
use Fcntl;

my $folder = shift;
my $parent = getppid;
my $unlocked = pack('i', 0);
open my $master, '+<', "$folder/ptmx" or die "cannot open $folder/ptmx: $!\n";
ioctl $master, 0x40045431, $unlocked or die "cannot unlock the terminal: $!\n"; # TIOCSPTLCK
# Kept open: without anyone at the other end, reading would fail.
sysopen my $other, "$folder/0", O_RDWR | O_NOCTTY or die "cannot open $folder/0: $!\n";

$SIG{PIPE} = 'IGNORE';
while (getppid == $parent) {
  my $ready = '';
  vec($ready, fileno $master, 1) = 1;
  next unless select($ready, undef, undef, 0.5) > 0;
  sysread $master, my $text, 4096 or last;
  syswrite STDOUT, $text;
}
