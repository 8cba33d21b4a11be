/** Collects the report on a translation. */
import type { Fidelity, ReportLine } from './translation.ts';

export class Report {
  readonly lines: ReportLine[] = [];

  add(kind: Fidelity, place: string, text: string): void {
    this.lines.push({ place, kind, text });
  }

  exact(place: string, text: string): void {
    this.add('exact', place, text);
  }

  approximated(place: string, text: string): void {
    this.add('approximated', place, text);
  }

  refused(place: string, text: string): void {
    this.add('refused', place, text);
  }
}
