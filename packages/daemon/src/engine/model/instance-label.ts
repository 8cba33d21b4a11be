/** `NAME`, or `NAME-INSTANCE`: the name of an instance in options and output. */
export function instanceLabel(job: string, instance: string): string {
  return instance === '' ? job : `${job}-${instance}`;
}
