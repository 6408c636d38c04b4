import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { GraftError } from '../../errors.ts';
import { saveCheckpoint } from '../../models/checkpoint.ts';
import { importCheckpoint } from '../../models/import-checkpoint.ts';
import { modelCard } from '../../study/model-card.ts';
import { countParameters } from '../../tensor/parameters.ts';
import { defineCommand } from '../command.ts';
import { localModel } from '../local-model.ts';
import { checkModelFolder } from '../run-steps.ts';
import { showNumber } from '../show-number.ts';
import { shownPath } from '../study-options.ts';
import { usageError } from '../usage-error.ts';

export const importCommand = defineCommand({
  name: 'import',
  summary: "make a checkpoint of another program's model",
  description:
    'Reads a model of another program, checks it and writes it as a checkpoint. Folders of transformers (Llama, Mistral, Qwen2 and GPT-2 types, safetensors in one file or in shards, tokenizer.json) can also be given to other commands and to studies as they are; models of llama2.c (.bin with its tokenizer) and character LSTMs of ml5.js (manifest.json, raw float32 files, vocab.json) have to be imported. LoRA adapters of peft are taken into their model. hub:ORG/NAME is fetched from the Hugging Face hub (or the one that HF_ENDPOINT names) into the cache, checked, and taken from there when there is no connection. Nothing in a file is executed: pickles are refused.',
  arguments: [{ name: 'MODEL', summary: 'folder or file, or hub:ORG/NAME', required: true }],
  options: {
    out: { kind: 'text', short: 'o', value: 'FOLDER', summary: 'where the checkpoint goes (needed)' },
    tokenizer: {
      kind: 'text',
      value: 'FILE',
      summary:
        'llama2.c: its tokenizer (default: tok*.bin beside the model); ml5.js: its vocabulary (default: vocab*.json)',
    },
    base: {
      kind: 'text',
      value: 'FOLDER',
      summary: 'LoRA adapter of peft: its model (default: the folder that it names)',
    },
    force: { kind: 'flag', summary: 'replace another model that is in the folder of --out' },
    json: { kind: 'flag', summary: 'print what was read as one JSON object' },
  },
  examples: [
    { line: 'graft import hub:HuggingFaceTB/SmolLM2-135M --out smol', does: 'from the hub' },
    { line: 'graft import ./my-adapter --base ./SmolLM2-135M --out mine', does: 'a LoRA adapter of peft' },
    { line: 'graft import ./SmolLM2-135M --out smol', does: 'a folder that transformers wrote' },
    {
      line: 'graft import stories260K.bin --tokenizer tok512.bin --out stories',
      does: 'a model of llama2.c',
    },
    { line: 'graft import ./charrnn-shakespeare --out bard', does: 'a character LSTM of ml5.js' },
  ],
  async run({ arguments: [source], options }, terminal) {
    const { out: written } = options;
    if (written === undefined)
      throw usageError('import', 'missing-argument', {
        command: 'graft import',
        argument: '--out FOLDER',
        meaning: 'where the checkpoint goes',
      });
    const out = resolve(terminal.directory, written);
    if (!options.force) {
      checkModelFolder(out);
      if (existsSync(join(out, 'model.safetensors')))
        throw new GraftError('cannot-write', {
          path: out,
          reason: 'another model is there',
          hint: 'Choose another --out, or replace it with --force.',
        });
    }
    const path = await localModel(source!, terminal);
    const { checkpoint, format } = importCheckpoint(path, {
      ...(options.tokenizer === undefined
        ? {}
        : { tokenizer: resolve(terminal.directory, options.tokenizer) }),
      ...(options.base === undefined ? {} : { base: resolve(terminal.directory, options.base) }),
    });
    const { model, tokenizer } = checkpoint;
    saveCheckpoint(
      out,
      checkpoint,
      modelCard({
        title: basename(out),
        checkpoint,
        facts: [['Imported from', `${source!.startsWith('hub:') ? source : basename(path)}, a ${format}`]],
      }),
    );
    const parameters = countParameters(model.parameters);
    if (options.json)
      terminal.out(
        JSON.stringify(
          {
            folder: out,
            format,
            family: model.family,
            config: model.config,
            parameters,
            layers: model.layers,
            tokens: tokenizer?.vocabularySize,
          },
          null,
          2,
        ),
      );
    else
      terminal.out(
        `${shownPath(out, terminal)}  ${model.family}, ${showNumber(parameters)} parameters in ${model.layers.length} layers, ${showNumber(tokenizer?.vocabularySize ?? 0)} tokens`,
      );
    return 0;
  },
});
