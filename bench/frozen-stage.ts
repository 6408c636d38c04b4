/**
 * Step time of a stage in which only the last layers train, against what its remaining operations allow at the rate
 * of a whole step: time / (whole step's time x remaining operations / all operations).
 *
 *     npm run bench -- frozen-stage [--json]
 */
import { loadavg } from 'node:os';
import { stream } from '../src/random.ts';
import { epochs } from '../src/training/batch-source.ts';
import { graft, type Subject, subjects } from './graft-steps.ts';
import { inTurns } from './peer-process.ts';

/** Text as finitely many windows, since only then can frozen layers be computed in advance. */
function finite(subject: Subject): Subject {
  if (subject.source.finite !== undefined) return subject;
  const [length] = subject.model.fields.find(({ name }) => name === 'tokens')!.shape as [number];
  const draw = (name: string) =>
    stream(2)
      .child(name)
      .integers(600 * length, 65);
  const field = (name: string) => ({ shape: [length], data: draw(name) });
  const table = { count: 600, fields: { tokens: field('tokens'), targets: field('targets') } };
  return { ...subject, source: epochs(table, subject.source.batchSize, stream(3)) };
}

const rows = [];
for (const given of subjects) {
  const subject = finite(given);
  const { layers } = subject.model;
  for (const count of [1, Math.ceil(layers.length / 2)]) {
    const whole = { ...(await graft(subject, 1)), name: 'whole' };
    const part = { ...(await graft(subject, 1, layers.slice(-count))), name: 'part' };
    const times = await inTurns([whole, part], 10, 10);
    await whole.end();
    await part.end();
    const floor = (times.whole!.median * part.flops) / whole.flops;
    rows.push({
      model: subject.name,
      trained: `last ${count} of ${layers.length} layers`,
      whole_ms: Number(times.whole!.median.toFixed(2)),
      part_ms: Number(times.part!.median.toFixed(2)),
      operations_left: Number((part.flops / whole.flops).toFixed(3)),
      to_floor: Number((times.part!.median / floor).toFixed(2)),
      load: loadavg()[0]!.toFixed(1),
    });
  }
}
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ benchmark: 'frozen-stage', rows }, null, 2));
else console.table(rows);
