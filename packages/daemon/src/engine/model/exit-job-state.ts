/** The job that init ends with. */
export interface ExitJobState {
  /** The status as a shell would report it. */
  status: number;
  /** The id of its `stopped` event: init ends unless that event starts the job again. 0: it has not stopped. */
  stopped?: number;
}
