import type { Json, Step } from '../study/step.ts';
import type { LoggedEvent, Seconds, StepFailure, StepRecord, StudyRecord } from './step-record.ts';
import type { Workspace } from './workspace.ts';

/** What was recorded in a workspace. */
export interface StoreReader {
  readonly workspace: Workspace;
  /** Records of these steps that are known, in the order asked for. */
  steps(ids: readonly string[]): Promise<readonly StepRecord[]>;
  /** A step's log in the order in which it was written. */
  events(step: string): Promise<readonly LoggedEvent[]>;
  study(name: string): Promise<StudyRecord | undefined>;
  studies(): Promise<readonly StudyRecord[]>;
  close(): Promise<void>;
}

/**
 * The workspace's one writer. Its rules:
 * - a step goes `pending` -> `running` -> `done` | `failed` | `pending`, and `failed` -> `pending`; any other change of
 *   state is refused with `conflict` and changes nothing;
 * - a step that is done is never changed;
 * - a step's files are durable before it is recorded as done.
 */
export interface Store extends StoreReader {
  /**
   * Prepares a plan's steps for a run and returns their records: new ones become pending, as do those that failed and
   * all that a killed run left running. One whose folder holds its finished result is recorded as done, whatever
   * the database knew; one that is recorded as done but whose folder is gone becomes pending again. A result file of a
   * step that is not recorded as done and whose content is damaged is put aside, so that the step is run again;
   * `onDamaged` is told, in a sentence.
   */
  prepare(
    steps: readonly Step[],
    onDamaged?: (id: string, text: string) => void,
  ): Promise<readonly StepRecord[]>;
  /** pending -> running, one attempt more. Returns its record, with the seconds that earlier attempts used. */
  start(id: string, holder: string): Promise<StepRecord>;
  /** running -> done. */
  finish(id: string, result: Json, seconds: Seconds): Promise<void>;
  /** running -> failed; a pending one may only fail as `blocked`. */
  fail(id: string, failure: StepFailure, seconds?: Seconds): Promise<void>;
  /** running -> pending: it was interrupted, or its worker died and it is to be tried again. */
  putBack(id: string, seconds: Seconds): Promise<void>;
  /** Appends to the logs of steps and notes the seconds that running steps used so far, all in one commit. */
  log(events: readonly LoggedEvent[], seconds: ReadonlyMap<string, Seconds>): Promise<void>;
  saveStudy(study: Pick<StudyRecord, 'name' | 'spec' | 'steps'>): Promise<void>;
  /** Notes a worker process, so that whoever works here next can end it if this process is killed. */
  addWorker(pid: number): void;
  removeWorker(pid: number): void;
}
