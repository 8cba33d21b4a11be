# A service that writes numbered lines, `PID NUMBER`, and keeps in FOLDER/NAME.PID.lines how many it has written.
# After LIFE lines (0: never) it notes its end and exits with status 1.  Usage: logger.pl FOLDER LIFE
use strict;
use warnings;
use lib do { $0 =~ m{^(.*)/}; $1 };
use Ledger;

my ($folder, $life) = @ARGV;
Ledger::note($folder, 'starts');
open(my $count, '>', "$folder/" . Ledger::name() . ".$$.lines") or die "lines: $!";
for (my $number = 1; !$life || $number <= $life; $number++) {
  syswrite STDOUT, "$$ $number\n";
  sysseek $count, 0, 0;
  syswrite $count, sprintf("%08d\n", $number);
  select undef, undef, undef, 0.008;
}
Ledger::note($folder, 'ends');
exit 1;
