// ../../../tmp/recipe-run.ts
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse as parse3 } from "yaml";

// src/data/data-context.ts
import { delimiter, resolve } from "node:path";
function dataContext(base, graftData) {
  const folders = (graftData ?? "").split(delimiter).filter((folder) => folder !== "");
  return { base, dataFolders: [...folders, "data"].map((folder) => resolve(base, folder)), cache: /* @__PURE__ */ new Map() };
}

// src/study/recipe-spec.ts
import { z as z38 } from "zod";

// src/data/data-spec.ts
import { z as z2 } from "zod";

// src/data/corrupt.ts
import { z } from "zod";

// src/errors.ts
var messages = {
  /** A name that is not in a closed list. */
  "unknown-name": (f) => {
    const near = nearest(f.received, f.allowed);
    const suggestion = near === void 0 ? "" : ` Did you mean '${near}'?`;
    return `unknown ${f.kind} '${f.received}'${at(f.where)}.${suggestion} Known: ${f.allowed.join(", ")}.`;
  },
  /** A value that breaks a rule. */
  "invalid-value": (f) => `${f.what} is ${show(f.received)}${at(f.where)}; allowed: ${f.allowed}.${f.hint ? ` ${f.hint}` : ""}`,
  /** A command line lacks something. */
  "missing-argument": (f) => `${f.command} needs ${f.argument}: ${f.meaning}.`,
  /** Tensor shapes that do not fit an operation. */
  "shape-mismatch": (f) => `${f.op}: shapes ${f.shapes.map((s) => `[${s.join(", ")}]`).join(" and ")} do not fit${at(f.where)}; ${f.rule}.`,
  /** An operation has no rule for what was asked of it. */
  "no-rule": (f) => `${f.op} has no ${f.rule} rule.${f.hint ? ` ${f.hint}` : ""}`,
  /** A file or folder that is not there or cannot be read. */
  "file-not-found": (f) => `${f.what} not found: ${f.path}.${f.hint ? ` ${f.hint}` : ""}`,
  /** A file whose content is not what its format demands. */
  "bad-file": (f) => `${f.path} is not a valid ${f.format}${/(folder|image)$/.test(f.format) ? "" : " file"}${f.offset === void 0 ? "" : ` (at ${f.offset})`}: ${f.problem}.${f.hint ? ` ${f.hint}` : ""}`,
  /** A file that could not be written. */
  "cannot-write": (f) => `cannot write ${f.path}: ${f.reason}.${f.hint ? ` ${f.hint}` : ""}`,
  /** Data that cannot serve the purpose they were given for. */
  "bad-data": (f) => `${f.what}${at(f.where)}: ${f.problem}.${f.hint ? ` ${f.hint}` : ""}`,
  /** Two things that were asked for and exclude each other. */
  conflict: (f) => `${f.first} and ${f.second} cannot be combined${at(f.where)}: ${f.reason}.`,
  /** Something asked for that is not possible in this form. */
  unsupported: (f) => `${f.what} is not supported: ${f.reason}.${f.hint ? ` ${f.hint}` : ""}`,
  /** A number stopped being finite during training or measuring. */
  "not-finite": (f) => `${f.what} is not finite${at(f.where)}.${f.hint ? ` ${f.hint}` : ""}`,
  /** Somebody else holds a resource. */
  "in-use": (f) => `${f.what} is in use by ${f.holder}.${f.hint ? ` ${f.hint}` : ""}`,
  /** A device that is not on this machine. */
  "no-device": (f) => `device '${f.device}' is not available: looked for ${f.looked}; this machine has: ${f.found.join(", ")}.`,
  /** The machine ran out of something. */
  "out-of-resource": (f) => `not enough ${f.resource}: needs ${f.needed}, there is ${f.available}.${f.hint ? ` ${f.hint}` : ""}`,
  /** A process that Graft started and that ended by itself. */
  "process-died": (f) => `${f.what} ended unexpectedly (${f.how}).${f.output ? ` Its last output: ${f.output}` : " It wrote nothing."}`,
  /** Stopped by the person or by a signal. */
  interrupted: (f) => `${f.what} was interrupted.`
};
var GraftError = class extends Error {
  name = "GraftError";
  code;
  facts;
  constructor(code, facts, options22) {
    super(messages[code](facts), options22);
    this.code = code;
    this.facts = facts;
  }
};
function isGraftError(error, code) {
  return error instanceof GraftError && (code === void 0 || error.code === code);
}
function nearest(received, allowed) {
  let best;
  let bestDistance = Math.max(2, Math.floor(received.length / 2)) + 1;
  for (const candidate of allowed) {
    const distance = editDistance(received.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
function lookUp(kind, table2, name, where3) {
  if (Object.hasOwn(table2, name)) return table2[name];
  throw new GraftError("unknown-name", {
    kind,
    received: name,
    allowed: Object.keys(table2),
    ...where3 === void 0 ? {} : { where: where3 }
  });
}
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
function at(where3) {
  return where3 === void 0 ? "" : ` (${where3})`;
}
function show(value) {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "number" || value === void 0) return String(value);
  const text2 = JSON.stringify(value) ?? String(value);
  return text2.length > 120 ? `${text2.slice(0, 117)}...` : text2;
}

// src/data/data-set.ts
var splitNames = ["train", "validation", "test"];
function imageSize(set) {
  return set.channels * set.height * set.width;
}
function imageAt(set, index) {
  const size3 = imageSize(set);
  return set.pixels.subarray(index * size3, (index + 1) * size3);
}
function withStep(set, step3) {
  return { ...set, provenance: { ...set.provenance, steps: [...set.provenance.steps, step3] } };
}
function subset(set, indices, step3) {
  const n = indices.length;
  const pick = (values) => Array.from({ length: n }, (_, i) => values[indices[i]]);
  const facts = { count: n };
  if (set.labels) {
    facts.labels = { values: Int32Array.from(pick(set.labels.values)), names: set.labels.names };
  }
  if (set.attributes) {
    facts.attributes = Object.fromEntries(
      Object.entries(set.attributes).map(([name, values]) => [name, pick(values)])
    );
  }
  if (set.groups) facts.groups = pick(set.groups);
  if (set.predefined) facts.predefined = reindex(set.predefined, set.count, indices);
  if (step3 !== void 0) {
    facts.provenance = { ...set.provenance, steps: [...set.provenance.steps, step3] };
  }
  if (set.kind === "text") return { ...set, ...facts, documents: pick(set.documents) };
  const size3 = imageSize(set);
  const pixels2 = new Uint8Array(n * size3);
  for (let i = 0; i < n; i++) pixels2.set(imageAt(set, indices[i]), i * size3);
  return { ...set, ...facts, pixels: pixels2 };
}
function reindex(predefined, count3, indices) {
  const out2 = {};
  for (const split of splitNames) {
    const members = predefined[split];
    if (members === void 0) continue;
    const isMember = new Uint8Array(count3);
    for (const i of members) isMember[i] = 1;
    const kept = [];
    for (let i = 0; i < indices.length; i++) if (isMember[indices[i]]) kept.push(i);
    out2[split] = Int32Array.from(kept);
  }
  return out2;
}
var hasLoneSurrogate = /\p{Surrogate}/u;
function utf8Length(text2) {
  return Buffer.byteLength(text2, "utf8");
}
function isWellFormed(text2) {
  return !hasLoneSurrogate.test(text2);
}

// src/data/corrupt.ts
var fraction = z.number().min(0).max(1);
var corruptionFields = {
  duplicates: fraction.default(0).describe("fraction of items replaced by copies of other items"),
  "wrong-labels": fraction.default(0).describe("fraction of labelled items that get another class"),
  noise: fraction.default(0).describe(
    "images: standard deviation of Gaussian noise, in units of full brightness; text: fraction of characters replaced"
  ),
  seed: z.int().min(0).default(0)
};
function corruptData(set, corruption2, stream2) {
  const report = { offDomain: 0, wrongLabels: 0, noise: 0, duplicates: 0 };
  let out2 = set;
  if (corruption2.offDomain && corruption2.offDomain.fraction > 0) {
    out2 = replaceItems(out2, corruption2.offDomain, stream2.child("off-domain"), report);
  }
  if (corruption2["wrong-labels"] > 0) {
    out2 = confuseLabels(out2, corruption2["wrong-labels"], stream2.child("wrong-labels"), report);
  }
  if (corruption2.noise > 0) {
    out2 = out2.kind === "image" ? addPixelNoise(out2, corruption2.noise, stream2.child("noise"), report) : replaceCharacters(out2, corruption2.noise, stream2.child("noise"), report);
  }
  if (corruption2.duplicates > 0) {
    out2 = repeatItems(out2, corruption2.duplicates, stream2.child("duplicates"), report);
  }
  return { set: out2, report };
}
function drawFraction(n, share2, stream2) {
  return stream2.child("which").permutation(n).slice(0, Math.round(share2 * n));
}
function refuseRunning(set, what) {
  if (set.kind === "text" && set.unit === "running") {
    throw new GraftError("unsupported", {
      what: `${what} in running text`,
      reason: "it has no items to replace",
      hint: "Give the length of a window, so that the text is cut into items."
    });
  }
}
function replaceItems(set, { fraction: share2, from }, stream2, report) {
  refuseRunning(set, "off-domain items");
  const fits = set.kind === "image" ? from.kind === "image" && from.channels === set.channels && from.height === set.height && from.width === set.width : from.kind === "text" && from.unit === "item";
  if (!fits || from.count === 0) {
    throw new GraftError("bad-data", {
      what: `off-domain data ${from.name}`,
      problem: from.count === 0 ? "has no items" : `its items are not of the same kind and size as those of ${set.name}`
    });
  }
  const places = drawFraction(set.count, share2, stream2);
  const order = stream2.child("from").permutation(from.count);
  const out2 = subset(set, range(set.count), `${places.length} items replaced by items of ${from.name}`);
  const documents2 = out2.kind === "text" ? [...out2.documents] : [];
  places.forEach((place, i) => {
    const item = order[i % order.length];
    if (out2.kind === "image" && from.kind === "image") {
      const size3 = out2.pixels.length / out2.count;
      out2.pixels.set(from.pixels.subarray(item * size3, (item + 1) * size3), place * size3);
    } else if (from.kind === "text") {
      documents2[place] = from.documents[item];
    }
    if (out2.labels) out2.labels.values[place] = -1;
  });
  report.offDomain = places.length;
  return out2.kind === "text" ? { ...out2, documents: documents2 } : out2;
}
function confuseLabels(set, share2, stream2, report) {
  const { labels } = set;
  const present = labels ? [...new Set(labels.values)].filter((v) => v >= 0).sort((a, b) => a - b) : [];
  if (!labels || present.length < 2) {
    throw new GraftError("bad-data", {
      what: `data set ${set.name}`,
      problem: labels ? "it has fewer than two classes, so no label can be wrong" : "it has no labels",
      where: "corrupt.wrong-labels"
    });
  }
  const labelled = range(set.count).filter((i) => labels.values[i] >= 0);
  const chosen = drawFraction(labelled.length, share2, stream2);
  const steps = stream2.child("classes").integers(chosen.length, present.length - 1);
  const values = labels.values.slice();
  chosen.forEach((k, i) => {
    const item = labelled[k];
    const others = present.filter((v) => v !== values[item]);
    values[item] = others[steps[i]];
  });
  report.wrongLabels = chosen.length;
  return withStep({ ...set, labels: { ...labels, values } }, `${chosen.length} labels made wrong`);
}
function addPixelNoise(set, std, stream2, report) {
  const pixels2 = new Uint8Array(set.pixels.length);
  const size3 = set.pixels.length / Math.max(1, set.count);
  for (let i = 0; i < set.count; i++) {
    const noise = stream2.child(i).normals(size3);
    for (let p = 0; p < size3; p++) {
      const value = set.pixels[i * size3 + p] + 255 * std * noise[p];
      pixels2[i * size3 + p] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  report.noise = set.count;
  return withStep({ ...set, pixels: pixels2 }, `Gaussian noise of ${std} added`);
}
function replaceCharacters(set, share2, stream2, report) {
  const seen = /* @__PURE__ */ new Set();
  for (const text2 of set.documents) for (const character of text2) seen.add(character);
  const alphabet = [...seen].sort();
  const documents2 = set.documents.map((text2, i) => {
    const characters = Array.from(text2);
    const random = stream2.child(i);
    const uniform = random.child("where").uniforms(characters.length);
    const drawn = random.child("what").integers(characters.length, alphabet.length);
    return characters.map((character, c) => {
      if (uniform[c] >= share2) return character;
      report.noise++;
      return alphabet[drawn[c]];
    }).join("");
  });
  return withStep({ ...set, documents: documents2 }, `${report.noise} characters replaced`);
}
function repeatItems(set, share2, stream2, report) {
  refuseRunning(set, "duplicates");
  if (set.count < 2) return set;
  const order = stream2.child("which").permutation(set.count);
  const count3 = Math.min(Math.round(share2 * set.count), set.count - 1);
  const kept = order.slice(count3);
  const picks = stream2.child("copies").integers(count3, kept.length);
  const items = range(set.count);
  for (let i = 0; i < count3; i++) items[order[i]] = kept[picks[i]];
  report.duplicates = count3;
  return subset(set, items, `${count3} items replaced by copies of others`);
}
function range(n) {
  return Array.from({ length: n }, (_, i) => i);
}

// src/data/splits.ts
var defaultSplit = {
  train: 0.7,
  validation: 0.1,
  test: 0.2,
  seed: 0,
  duplicates: "remove"
};
function mapSplits(f) {
  return { train: f("train"), validation: f("validation"), test: f("test") };
}
function drawParts(units, fractions, random) {
  const parts = { train: [], validation: [], test: [] };
  const total = units.reduce((sum2, unit) => sum2 + unit.weight, 0);
  let open3 = Array.from(random.permutation(units.length), (i) => units[i]);
  for (const name of ["test", "validation", "train"]) {
    const target = fractions[name] * total;
    let taken = 0;
    open3 = open3.filter((unit) => {
      if (target === 0 || taken + unit.weight / 2 > target + 1e-9 * total) return true;
      parts[name].push(...unit.members);
      taken += unit.weight;
      return false;
    });
  }
  if (fractions.train + fractions.validation + fractions.test > 1 - 1e-9) {
    for (const unit of open3) parts.train.push(...unit.members);
  }
  for (const name of splitNames) parts[name].sort((a, b) => a - b);
  return parts;
}
function checkFractions({ train: train2, validation, test }) {
  const all = [train2, validation, test];
  if (!all.every((value) => value >= 0 && value <= 1) || train2 === 0 || train2 + validation + test > 1 + 1e-9) {
    throw new GraftError("invalid-value", {
      what: "split",
      received: { train: train2, validation, test },
      allowed: "fractions from 0 to 1 that add up to at most 1, with train above 0"
    });
  }
}
function checkFilled(set, options22, report) {
  for (const name of ["train", "test"]) {
    if (options22[name] === 0 || report.counts[name] > 0) continue;
    const lost = report.duplicatesRemoved[name];
    throw new GraftError("bad-data", {
      what: `data set ${set.name}`,
      problem: `no ${report.unit} are left for ${name} (${set.count} ${set.kind === "image" ? "images" : "texts"}${report.rule === "group" ? `, ${new Set(set.groups).size} groups that must stay whole` : ""}${lost > 0 ? `, ${lost} removed as duplicates` : ""})`,
      hint: "Give more data, or other split fractions."
    });
  }
}

// src/data/data-spec.ts
var word = z2.union([z2.string(), z2.number()]);
var selection = z2.union([z2.string(), z2.record(z2.string(), z2.union([word, z2.array(word).min(1)]))]).describe("one value of any attribute (serif), or values per attribute ({ style: serif, label: [3, 5] })");
var ownDataFormats = [
  "idx",
  "npy",
  "npz",
  "array-folder",
  "cifar-binary",
  "image",
  "image-folder",
  "image-zip",
  "text",
  "text-folder",
  "jsonl",
  "parquet"
];
var fraction2 = z2.number().min(0).max(1);
var splitSpec = z2.strictObject({
  train: fraction2.default(defaultSplit.train),
  validation: fraction2.default(defaultSplit.validation),
  test: fraction2.default(defaultSplit.test),
  seed: z2.int().min(0).default(defaultSplit.seed),
  duplicates: z2.enum(["remove", "keep"]).default("remove").describe("what happens to exact duplicates within and across splits")
}).describe("fractions of items (or of characters of running text) and the seed that divides them");
var reading = {
  select: selection.optional(),
  resize: z2.union([z2.int().min(1).max(4096), z2.tuple([z2.int().min(1).max(4096), z2.int().min(1).max(4096)])]).optional().describe("size of the images that the model sees: a side, or [height, width]"),
  fit: z2.enum(["cover", "contain", "fill", "pad"]).default("cover").describe(
    "how images of another shape get that size: cover crops to the shape, contain adds a black frame, fill stretches (all antialiased); pad adds a black frame without resampling"
  ),
  patch: z2.int().min(1).max(4096).optional().describe("instead of resizing, cut each image into squares of this many pixels; one image is one group"),
  channels: z2.union([z2.literal(1), z2.literal(3)]).optional().describe("1 = grey, 3 = RGB; converted where the files differ"),
  invert: z2.boolean().default(false).describe("swap light and dark"),
  window: z2.int().min(1).default(256).describe("characters of one example of running text; longer texts are cut in such windows")
};
var namedData = z2.strictObject({
  dataset: z2.string().min(1).describe("name of a known data set; graft data ls lists them"),
  path: z2.string().min(1).optional().describe("where its files are, if not below the data folders"),
  ...reading
});
var ownData = z2.strictObject({
  path: z2.string().min(1).describe("file or folder, relative to the study file"),
  format: z2.enum(ownDataFormats).optional().describe("format, where the file does not show it"),
  field: z2.string().min(1).optional().describe("column that holds the texts or images (JSONL, parquet), array that holds the images (npz)"),
  label: z2.string().min(1).optional().describe("column or array that holds the class"),
  unit: z2.enum(["line", "file", "running", "tune"]).optional().describe(
    "what one text of a plain text file is: part of running text (the default), a line, a whole file, or a tune of ABC notation (the default for .abc)"
  ),
  ...reading
});
var dataSource = z2.union([z2.string().min(1), namedData, ownData]);
var corruption = z2.strictObject({
  ...corruptionFields,
  "off-domain": z2.strictObject({ fraction: fraction2, from: dataSource }).optional().describe("fraction of items replaced by items of another data set")
}).describe("damage to the training data, in a given amount: the quality axis");
var preparing = {
  size: z2.int().min(1).optional().describe("training items used, at most (characters, for running text): the quantity axis"),
  corrupt: corruption.optional(),
  split: splitSpec.optional()
};
var namedDataSpec = namedData.extend(preparing);
var ownDataSpec = ownData.extend(preparing);
var dataSpec = z2.union([
  z2.string().min(1).describe("name, name/part, or a path that begins with ./, ../ or /"),
  namedDataSpec,
  ownDataSpec
]).describe("a data set");

// src/data/parse-spec.ts
function parseSpec(schema, value, where3) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw errorOf(first(result.error.issues), schema, [], value, where3);
}
function first(issues) {
  return issues.find((issue) => issue.code === "unrecognized_keys") ?? issues[0];
}
function errorOf(issue, schema, before, value, where3) {
  const path = [...before, ...issue.path];
  const here = schemaAt(schema, issue.path);
  const received = valueAt(value, path);
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const option2 = nearestOption(issue.errors);
    const options22 = optionsOf(here);
    if (option2 === void 0) {
      return invalid(path, received, options22.map(nameOf).join(" or "), where3);
    }
    return errorOf(first(issue.errors[option2]), options22[option2] ?? schema, path, value, where3);
  }
  if (issue.code === "unrecognized_keys") {
    return new GraftError("unknown-name", {
      kind: "key",
      received: issue.keys[0],
      allowed: keysOf(here),
      ...placed([...path, issue.keys[0]], where3)
    });
  }
  if (issue.code === "invalid_value") {
    const allowed = issue.values.map(String);
    if (typeof received === "string") {
      const kind = String(path.at(-1) ?? "value");
      return new GraftError("unknown-name", { kind, received, allowed, ...placed(path, where3) });
    }
    return invalid(path, received, allowed.join(", "), where3);
  }
  return invalid(path, received, ruleOf(issue), where3);
}
function invalid(path, received, allowed, where3) {
  return new GraftError("invalid-value", {
    what: path.length === 0 ? "the value" : path.map(String).join("."),
    received,
    allowed,
    ...where3 === void 0 ? {} : { where: where3 }
  });
}
function placed(path, where3) {
  const keys = path.map(String).join(".");
  const place = [where3, keys].filter((part) => part !== void 0 && part !== "").join(": ");
  return place === "" ? {} : { where: place };
}
function ruleOf(issue) {
  switch (issue.code) {
    case "invalid_type":
      return `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected === "int" ? "whole number" : issue.expected}`;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}
function unitOf(origin) {
  if (origin === "string") return " characters";
  return origin === "array" || origin === "set" ? " entries" : "";
}
function nearestOption(errors) {
  let best;
  let least = Number.POSITIVE_INFINITY;
  errors.forEach((issues, option2) => {
    const wrongType = issues.some(
      (issue) => issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value")
    );
    const complaints = issues.reduce(
      (sum2, issue) => sum2 + (issue.code === "unrecognized_keys" ? issue.keys.length : 1),
      0
    );
    if (wrongType || complaints >= least) return;
    best = option2;
    least = complaints;
  });
  return best;
}
var definition = (schema) => schema._zod.def;
function bare(schema) {
  const { innerType, in: input2 } = definition(schema);
  const inner = innerType ?? input2;
  return inner === void 0 ? schema : bare(inner);
}
function schemaAt(schema, path) {
  let current = bare(schema);
  for (const key of path) {
    const { shape: shape2, element, valueType, items } = definition(current);
    const next = shape2?.[String(key)] ?? element ?? valueType ?? items?.[Number(key)];
    if (next === void 0) return current;
    current = bare(next);
  }
  return current;
}
function keysOf(schema) {
  return Object.keys(definition(schema).shape ?? {});
}
function optionsOf(schema) {
  return (definition(schema).options ?? []).map(bare);
}
function nameOf(schema) {
  const { type, shape: shape2 } = definition(schema);
  if (shape2) return `{ ${Object.keys(shape2).join(", ")} }`;
  const values = schema._zod.values;
  return values ? [...values].map(String).join(", ") : `a ${type}`;
}
function valueAt(value, path) {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return void 0;
    current = current[key];
  }
  return current;
}

// src/data/represent-images.ts
import { z as z3 } from "zod";
var imageValues = z3.union([
  z3.strictObject({ binarise: z3.number().gt(0).lt(1) }).describe("0 or 1: 1 from this share of full brightness on"),
  z3.literal("levels").describe("the 256 levels as they are, scaled to [0, 1]; for discretised likelihoods"),
  z3.literal("unit").describe("continuous values in [0, 1]")
]).describe("what the pixels of a model are");
function representationOf(set, values) {
  const { channels, height, width } = set;
  const shape2 = `${channels}x${height}x${width}`;
  const resized = set.provenance.steps.filter((step3) => /^(resized|colour|grey|inverted)/.test(step3));
  const origin = resized.length === 0 ? "" : `, ${resized.join(", ")}`;
  const [kind, name] = typeof values === "object" ? ["binary", `binary ${shape2} at ${values.binarise}`] : values === "levels" ? ["levels", `256 levels ${shape2}`] : ["unit", `${channels === 1 ? "grey" : "colour"} ${shape2} in [0, 1]`];
  return { name: name + origin, values: kind, channels, height, width };
}
function representImages(set, values) {
  const representation = representationOf(set, values);
  const table2 = new Float32Array(256);
  for (let v = 0; v < 256; v++) {
    table2[v] = typeof values === "object" ? Number(v / 255 >= values.binarise) : v / 255;
  }
  const data = new Float32Array(set.count * imageSize(set));
  for (let i = 0; i < data.length; i++) data[i] = table2[set.pixels[i]];
  return { data, count: set.count, representation };
}

// src/data/tokenizers/train-tokenizer.ts
import { z as z4 } from "zod";

// src/data/tokenizers/byte-alphabet.ts
var byteCharacters = Array.from(
  { length: 256 },
  (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : 256 + rankOfUnprintable(byte))
);
var bytes = new Map(byteCharacters.map((character, byte) => [character, byte]));
function bytesOfToken(token) {
  const out2 = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = bytes.get(token[i]);
    if (byte === void 0) return void 0;
    out2[i] = byte;
  }
  return out2;
}
function isPrintable(byte) {
  return byte >= 33 && byte <= 126 || byte >= 161 && byte <= 172 || byte >= 174;
}
function rankOfUnprintable(byte) {
  let rank = 0;
  for (let b = 0; b < byte; b++) if (!isPrintable(b)) rank++;
  return rank;
}

// src/data/tokenizers/merge-word.ts
function mergeWord(word2, { ranks, size: size3 }) {
  const n = word2.length;
  if (n < 2) return [...word2];
  const ids = [...word2];
  const next = Int32Array.from({ length: n }, (_, i) => i + 1 < n ? i + 1 : -1);
  const previous = Int32Array.from({ length: n }, (_, i) => i - 1);
  const alive = new Uint8Array(n).fill(1);
  const heap = [];
  const mergeAt = (i) => next[i] < 0 ? void 0 : ranks.get(ids[i] * size3 + ids[next[i]]);
  const consider = (i) => {
    const merge = mergeAt(i);
    if (merge) push(heap, merge.rank * n + i);
  };
  for (let i = 0; i + 1 < n; i++) consider(i);
  for (let top = pop(heap); top !== void 0; top = pop(heap)) {
    const i = top % n;
    const merge = alive[i] ? mergeAt(i) : void 0;
    if (merge === void 0 || merge.rank !== (top - i) / n) continue;
    const right = next[i];
    ids[i] = merge.id;
    alive[right] = 0;
    next[i] = next[right];
    if (next[i] >= 0) previous[next[i]] = i;
    if (previous[i] >= 0) consider(previous[i]);
    consider(i);
  }
  return ids.filter((_, i) => alive[i]);
}
function push(heap, value) {
  let i = heap.push(value) - 1;
  while (i > 0) {
    const parent = i - 1 >>> 1;
    if (heap[parent] <= value) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = value;
}
function pop(heap) {
  const top = heap[0];
  const last = heap.pop();
  if (last === void 0 || heap.length === 0) return top;
  let i = 0;
  for (; ; ) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= last) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = last;
  return top;
}

// src/data/tokenizers/tokenizer.ts
var endOfText = "<|endoftext|>";
function encodeItem(tokenizer, text2) {
  const { bos, eos } = tokenizer.special;
  const ids = tokenizer.encode(text2);
  const out2 = new Int32Array(ids.length + (bos === void 0 ? 0 : 1) + (eos === void 0 ? 0 : 1));
  if (bos !== void 0) out2[0] = bos;
  out2.set(ids, bos === void 0 ? 0 : 1);
  if (eos !== void 0) out2[out2.length - 1] = eos;
  return out2;
}

// src/data/tokenizers/tokenizer-json.ts
function byteLevelJson(vocab, merges, special, words2) {
  const byteLevel2 = {
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: words2
  };
  return {
    ...emptyJson(vocab, merges, special, false),
    pre_tokenizer: byteLevel2,
    decoder: byteLevel2
  };
}
function characterJson(vocab, special, fallback) {
  return emptyJson(vocab, [], special, fallback);
}
function emptyJson(vocab, merges, special, fallback) {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map(({ id, content }) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true
    })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Sequence", decoders: [{ type: "ByteFallback" }, { type: "Fuse" }] },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: fallback,
      ignore_merges: false,
      vocab,
      merges
    }
  };
}

// src/data/tokenizers/utf8.ts
function utf8Bytes(text2) {
  if (isWellFormed(text2)) return Buffer.from(text2, "utf8");
  const parts = [];
  for (const character of text2) {
    const code = character.codePointAt(0);
    const lone = code >= 55296 && code < 57344;
    parts.push(
      lone ? Uint8Array.of(224 | code >> 12, 128 | code >> 6 & 63, 128 | code & 63) : Buffer.from(character, "utf8")
    );
  }
  return Buffer.concat(parts);
}
function utf8Text(bytes2) {
  const buffer = Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  let text2 = "";
  let start = 0;
  for (let i = 0; i + 2 < bytes2.length; i++) {
    const isSurrogate = bytes2[i] === 237 && (bytes2[i + 1] & 224) === 160 && (bytes2[i + 2] & 192) === 128;
    if (!isSurrogate) continue;
    text2 += buffer.toString("utf8", start, i);
    text2 += String.fromCharCode(53248 | (bytes2[i + 1] & 63) << 6 | bytes2[i + 2] & 63);
    i += 2;
    start = i + 1;
  }
  return text2 + buffer.toString("utf8", start);
}

// src/data/tokenizers/words.ts
var pattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
function splitWords(text2) {
  return text2.match(pattern) ?? [];
}

// src/data/tokenizers/train-bpe.ts
var bytesByCharacter = Array.from(byteCharacters, (character, byte) => ({ character, byte })).sort(
  (a, b) => a.character < b.character ? -1 : 1
);
function trainBpe(texts, vocabularySize, least = 2) {
  if (!Number.isInteger(vocabularySize) || vocabularySize < 256 || vocabularySize > 2 ** 20) {
    throw new GraftError("invalid-value", {
      what: "vocabulary size",
      received: vocabularySize,
      allowed: "an integer from 256 (the bytes) to 1048576"
    });
  }
  const tokens = bytesByCharacter.map(({ character }) => character);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words2 = countWords(texts);
  const pairs = new PairCounts();
  words2.forEach((word2, w) => {
    pairs.add(word2.ids, word2.count, w);
  });
  const merges = [];
  while (tokens.length < vocabularySize) {
    const top = pairs.takeMostFrequent(least);
    if (top === void 0) break;
    const [left, right] = [tokens[top.left], tokens[top.right]];
    merges.push([left, right]);
    let merged = ids.get(left + right);
    if (merged === void 0) {
      merged = tokens.length;
      tokens.push(left + right);
      ids.set(left + right, merged);
    }
    for (const w of top.words) {
      const word2 = words2[w];
      const after = mergePair(word2.ids, top.left, top.right, merged);
      if (after.length === word2.ids.length) continue;
      pairs.add(word2.ids, -word2.count, w);
      pairs.add(after, word2.count, w);
      word2.ids = after;
    }
  }
  return { vocab: Object.fromEntries(ids), merges };
}
function countWords(texts) {
  const counts = /* @__PURE__ */ new Map();
  for (const text2 of texts) {
    for (const word2 of splitWords(text2)) counts.set(word2, (counts.get(word2) ?? 0) + 1);
  }
  const idOfByte = new Int32Array(256);
  bytesByCharacter.forEach(({ byte }, id) => {
    idOfByte[byte] = id;
  });
  return Array.from(counts, ([word2, count3]) => ({
    ids: Array.from(utf8Bytes(word2), (byte) => idOfByte[byte]),
    count: count3
  }));
}
function mergePair(ids, left, right, merged) {
  const out2 = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      out2.push(merged);
      i++;
    } else {
      out2.push(ids[i]);
    }
  }
  return out2;
}
var pairKey = (left, right) => left * 2 ** 21 + right;
var PairCounts = class {
  #counts = /* @__PURE__ */ new Map();
  #words = /* @__PURE__ */ new Map();
  #heap = [];
  #changed = /* @__PURE__ */ new Set();
  add(ids, times, word2) {
    for (let i = 0; i + 1 < ids.length; i++) {
      const key = pairKey(ids[i], ids[i + 1]);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + times);
      if (times > 0) {
        const words2 = this.#words.get(key);
        if (words2) words2.add(word2);
        else this.#words.set(key, /* @__PURE__ */ new Set([word2]));
      }
      this.#changed.add(key);
    }
  }
  takeMostFrequent(least) {
    for (const key of this.#changed) {
      const count3 = this.#counts.get(key);
      if (count3 >= least) this.#push({ key, count: count3 });
    }
    this.#changed.clear();
    for (; ; ) {
      const top = this.#pop();
      if (top === void 0) return void 0;
      if (this.#counts.get(top.key) !== top.count) continue;
      const words2 = this.#words.get(top.key);
      this.#counts.delete(top.key);
      this.#words.delete(top.key);
      const left = Math.floor(top.key / 2 ** 21);
      return { left, right: top.key - left * 2 ** 21, words: words2 };
    }
  }
  #push(entry) {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = i - 1 >>> 1;
      if (!comesFirst(heap[i], heap[parent])) break;
      swap(heap, i, parent);
      i = parent;
    }
  }
  #pop() {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === void 0) return top;
    heap[0] = last;
    for (let i = 0; ; ) {
      let first2 = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && comesFirst(heap[child], heap[first2])) first2 = child;
      }
      if (first2 === i) return top;
      swap(heap, i, first2);
      i = first2;
    }
  }
};
function comesFirst(a, b) {
  return a.count > b.count || a.count === b.count && a.key < b.key;
}
function swap(list, i, j) {
  [list[i], list[j]] = [list[j], list[i]];
}

// src/data/tokenizers/bpe-tokenizer.ts
var cachedWords = 5e4;
function trainBpeTokenizer(texts, options22) {
  const ends = options22.ends ?? true;
  const model = trainBpe(texts, options22.vocabularySize - (ends ? 1 : 0));
  if (ends) model.vocab[endOfText] = Object.keys(model.vocab).length;
  return bpeTokenizer(model, ends ? [endOfText] : []);
}
function bpeTokenizer(model, special = [], where3) {
  const { size: size3, ids, tokens } = checkVocabulary(model.vocab, where3);
  const isSpecial = new Set(special);
  const bytes2 = tokens.map((token) => isSpecial.has(token) ? new Uint8Array(0) : bytesOfToken(token));
  const byteIds = byteCharacters.map((character) => ids.get(character));
  const ranks = /* @__PURE__ */ new Map();
  model.merges.forEach(([left, right], rank) => {
    const [a, b, id] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a === void 0 || b === void 0 || id === void 0) {
      throw broken(`merge ${rank + 1} ('${left} ${right}') has a part or a result without an id`, where3);
    }
    if (!ranks.has(a * size3 + b)) ranks.set(a * size3 + b, { rank, id });
  });
  const cache2 = /* @__PURE__ */ new Map();
  const encodeWord = (word2) => {
    const known2 = cache2.get(word2);
    if (known2) return known2;
    const merged = mergeWord(
      Array.from(utf8Bytes(word2), (byte) => byteIds[byte]),
      { ranks, size: size3 }
    );
    if (cache2.size < cachedWords) cache2.set(word2, merged);
    return merged;
  };
  const end = special[0] === void 0 ? void 0 : ids.get(special[0]);
  return {
    kind: "bpe",
    vocabularySize: size3,
    special: end === void 0 ? {} : { bos: end, eos: end, pad: end },
    tokenBytes: Int32Array.from(bytes2, (b) => b.length),
    encode: (text2) => Int32Array.from(splitWords(text2).flatMap(encodeWord)),
    decode: (tokenIds) => utf8Text(Buffer.concat(Array.from(tokenIds, (id) => bytes2[id] ?? new Uint8Array(0)))),
    toJSON: () => byteLevelJson(
      model.vocab,
      model.merges,
      special.map((content) => ({ id: ids.get(content), content })),
      true
    )
  };
  function checkVocabulary(vocab, file2) {
    const entries = Object.entries(vocab);
    const list = new Array(entries.length);
    for (const [token, id] of entries) {
      if (!Number.isInteger(id) || id < 0 || id >= entries.length || list[id] !== void 0) {
        throw broken(
          `token '${token}' has id ${id}; ids must be 0 to ${entries.length - 1}, each once`,
          file2
        );
      }
      if (!special.includes(token) && bytesOfToken(token) === void 0) {
        throw broken(`token '${token}' (id ${id}) has characters outside the byte-level alphabet`, file2);
      }
      list[id] = token;
    }
    const missing = byteCharacters.findIndex((character) => !Object.hasOwn(vocab, character));
    if (missing >= 0) {
      throw broken(
        `byte 0x${missing.toString(16).padStart(2, "0")} ('${byteCharacters[missing]}') has no token`,
        file2
      );
    }
    return { size: entries.length, ids: new Map(entries), tokens: list };
  }
}
function broken(problem, file2) {
  return file2 === void 0 ? new GraftError("bad-data", { what: "byte-level BPE", problem }) : new GraftError("bad-file", { path: file2, format: "byte-level BPE tokenizer", problem });
}

// src/data/tokenizers/byte-tokenizer.ts
function byteTokenizer(options22 = {}) {
  const ends = options22.ends ?? false;
  const vocabularySize = ends ? 257 : 256;
  const tokenBytes = new Int32Array(vocabularySize).fill(1, 0, 256);
  return {
    kind: "byte",
    vocabularySize,
    special: ends ? { bos: 256, eos: 256, pad: 256 } : {},
    tokenBytes,
    encode: (text2) => Int32Array.from(utf8Bytes(text2)),
    decode: (ids) => utf8Text(Uint8Array.from(Array.from(ids).filter((id) => id < 256))),
    toJSON: () => byteLevelJson(
      Object.fromEntries(byteCharacters.map((character, byte) => [character, byte])),
      [],
      ends ? [{ id: 256, content: endOfText }] : [],
      false
    )
  };
}

// src/data/tokenizers/character-tokenizer.ts
function trainCharacterTokenizer(texts, options22 = {}) {
  const seen = /* @__PURE__ */ new Set();
  for (const text2 of texts) {
    for (const character of text2) seen.add(character.codePointAt(0));
  }
  const characters = [...seen].filter((code) => code < 55296 || code > 57343).sort((a, b) => a - b).map((code) => String.fromCodePoint(code));
  if (characters.length === 0) {
    throw new GraftError("bad-data", {
      what: "tokenizer training text",
      problem: "it has no characters"
    });
  }
  return characterTokenizer(characters, options22);
}
function characterTokenizer(characters, { unseen = "bytes", ends = false } = {}) {
  const fallback = unseen === "bytes";
  const firstByte = characters.length;
  const afterBytes = firstByte + (fallback ? 256 : 0);
  const vocabularySize = afterBytes + (ends ? 1 : 0);
  const ids = new Map(characters.map((character, id) => [character, id]));
  const tokenBytes = new Int32Array(vocabularySize);
  characters.forEach((character, id) => {
    tokenBytes[id] = Buffer.byteLength(character, "utf8");
  });
  tokenBytes.fill(1, firstByte, afterBytes);
  const encode = (text2) => {
    const out2 = [];
    for (const character of text2) {
      const id = ids.get(character);
      if (id !== void 0) out2.push(id);
      else if (fallback) for (const byte of utf8Bytes(character)) out2.push(firstByte + byte);
      else throw unseenCharacter(character, text2);
    }
    return Int32Array.from(out2);
  };
  const decode3 = (tokens) => {
    let text2 = "";
    let bytes2 = [];
    const flush = () => {
      if (bytes2.length > 0) text2 += utf8Text(Uint8Array.from(bytes2));
      bytes2 = [];
    };
    for (let i = 0; i < tokens.length; i++) {
      const id = tokens[i];
      if (id >= firstByte && id < afterBytes) {
        bytes2.push(id - firstByte);
      } else {
        flush();
        text2 += characters[id] ?? "";
      }
    }
    flush();
    return text2;
  };
  return {
    kind: "character",
    vocabularySize,
    special: ends ? { bos: afterBytes, eos: afterBytes, pad: afterBytes } : {},
    tokenBytes,
    encode,
    decode: decode3,
    toJSON: () => {
      const vocab = Object.fromEntries(ids);
      if (fallback) for (let byte = 0; byte < 256; byte++) vocab[byteToken(byte)] = firstByte + byte;
      return characterJson(vocab, ends ? [{ id: afterBytes, content: endOfText }] : [], fallback);
    }
  };
}
function byteToken(byte) {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}
function unseenCharacter(character, text2) {
  const code = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  return new GraftError("bad-data", {
    what: "text",
    problem: `the character ${JSON.stringify(character)} (U+${code}, at ${text2.indexOf(character)}) is not in the tokenizer's vocabulary`,
    hint: "Train the tokenizer with unseen = 'bytes', or use the byte tokenizer."
  });
}

// src/data/tokenizers/train-tokenizer.ts
var tokenizerSpec = z4.union([
  z4.enum(["character", "byte", "bpe"]),
  z4.strictObject({
    character: z4.strictObject({
      unseen: z4.enum(["bytes", "refuse"]).default("bytes").describe("what becomes of characters that the training text does not have")
    })
  }).describe("one token per character of the training text"),
  z4.strictObject({
    bpe: z4.strictObject({
      vocabulary: z4.int().min(256).max(2 ** 20).default(2048).describe("number of tokens")
    })
  }).describe("byte-level BPE with the words of GPT-2, trained on the training text")
]).describe("how text becomes tokens");
function trainTokenizer(spec, texts, ends) {
  if (spec === "byte") return byteTokenizer({ ends });
  if (spec === "character") return trainCharacterTokenizer(texts, { ends });
  if (spec === "bpe") return trainBpeTokenizer(texts, { vocabularySize: 2048, ends });
  if ("character" in spec)
    return trainCharacterTokenizer(texts, { unseen: spec.character.unseen ?? "bytes", ends });
  return trainBpeTokenizer(texts, { vocabularySize: spec.bpe.vocabulary ?? 2048, ends });
}

// src/engine/optimisers/optimiser-spec.ts
import { z as z14 } from "zod";

// src/engine/optimisers/adadelta.ts
import { z as z6 } from "zod";

// src/engine/optimisers/kernel.ts
var binary = (operator2) => (a, b) => ({ kind: "operation", operator: operator2, operands: [a, b] });
var unary = (operator2) => (a) => ({ kind: "operation", operator: operator2, operands: [a] });
var add = binary("add");
var sub = binary("sub");
var mul = binary("mul");
var div = binary("div");
var max = binary("max");
var sqrt = unary("sqrt");
var abs = unary("abs");
var constant = (value) => ({ kind: "constant", value });
var coarse = constant(1e-25);
var awayFromSubnormal = (a) => sub(add(a, coarse), coarse);
function kernel(vectors, scalars, body) {
  const leaves = (kind, names2) => Object.fromEntries(names2.map((name) => [name, { kind, name }]));
  const result = body(
    leaves("vector", vectors),
    leaves("scalar", scalars)
  );
  const writes = Object.entries(result).map(([vector, value]) => ({ vector, value }));
  const operations = [];
  const seen = /* @__PURE__ */ new Set();
  const visit = (expression) => {
    if (expression === void 0)
      throw new GraftError("invalid-value", {
        what: "a kernel operand",
        received: void 0,
        allowed: `a value made from the vectors ${vectors.join(", ")} and the scalars ${scalars.join(", ")}`
      });
    if (expression.kind !== "operation" || seen.has(expression)) return;
    seen.add(expression);
    for (const operand of expression.operands) visit(operand);
    operations.push(expression);
  };
  for (const { value } of writes) visit(value);
  return { vectors, scalars, operations, writes };
}

// src/engine/optimisers/update-rule.ts
import { z as z5 } from "zod";
function update(parts) {
  const slots = parts.kernel.vectors.filter((vector) => vector !== "parameter" && vector !== "gradient");
  return { ...parts, slots };
}
var option = {
  /** Weight of the past in a decaying average. */
  decay: (standard) => z5.number().min(0).lt(1).default(standard),
  /** Added to a divisor. */
  epsilon: (standard) => z5.number().positive().default(standard),
  weightDecay: (standard) => z5.number().min(0).default(standard)
};
function regularised(v, s, weightDecay) {
  const gradient = mul(v.gradient, s.gradientScale);
  return weightDecay === 0 ? gradient : add(gradient, mul(s.weightDecay, v.parameter));
}
function regularisation({ gradientScale, weightDecay }) {
  return { gradientScale, weightDecay };
}
function averaged(past, average, present, value) {
  return awayFromSubnormal(add(mul(past, average), mul(present, value)));
}
function averagedSquare(past, average, present, value) {
  return add(mul(past, average), mul(mul(present, value), value));
}

// src/engine/optimisers/adadelta.ts
var options = z6.strictObject({
  rho: option.decay(0.9).describe("weight of the past in both averages"),
  epsilon: option.epsilon(1e-6),
  weightDecay: option.weightDecay(0)
});
var adadelta = {
  title: "Adadelta",
  citations: ["Zeiler 2012, ADADELTA: an adaptive learning rate method, algorithm 1", "torch.optim.Adadelta"],
  options,
  create: ({ rho, epsilon, weightDecay }) => update({
    kernel: kernel(
      ["parameter", "gradient", "square", "change"],
      ["rate", "gradientScale", "weightDecay", "past", "new", "epsilon"],
      (v, s) => {
        const gradient = regularised(v, s, weightDecay);
        const square2 = averagedSquare(s.past, v.square, s.new, gradient);
        const scale2 = div(sqrt(add(v.change, s.epsilon)), sqrt(add(square2, s.epsilon)));
        const step3 = mul(scale2, gradient);
        const change = averagedSquare(s.past, v.change, s.new, step3);
        return { square: square2, change, parameter: sub(v.parameter, mul(s.rate, step3)) };
      }
    ),
    scalars: (at2) => ({
      ...regularisation(at2),
      rate: at2.rate,
      past: rho,
      new: 1 - rho,
      epsilon
    }),
    movesMomentum: false
  })
};

// src/engine/optimisers/adagrad.ts
import { z as z7 } from "zod";
var options2 = z7.strictObject({
  rateDecay: z7.number().min(0).default(0).describe("the rate is divided by 1 + rateDecay times past updates"),
  epsilon: option.epsilon(1e-10),
  weightDecay: option.weightDecay(0)
});
var adagrad = {
  title: "Adagrad",
  citations: [
    "Duchi, Hazan, Singer 2011, Adaptive subgradient methods for online learning and stochastic optimization",
    "torch.optim.Adagrad"
  ],
  options: options2,
  create: ({ rateDecay, epsilon, weightDecay }) => update({
    kernel: kernel(
      ["parameter", "gradient", "square"],
      ["rate", "gradientScale", "weightDecay", "epsilon"],
      (v, s) => {
        const gradient = regularised(v, s, weightDecay);
        const square2 = add(v.square, mul(gradient, gradient));
        const step3 = div(mul(s.rate, gradient), add(sqrt(square2), s.epsilon));
        return { square: square2, parameter: sub(v.parameter, step3) };
      }
    ),
    scalars: (at2) => ({
      ...regularisation(at2),
      rate: at2.rate / (1 + (at2.update - 1) * rateDecay),
      epsilon
    }),
    movesMomentum: false
  })
};

// src/engine/optimisers/adam.ts
import { z as z8 } from "zod";
var shared = {
  beta1: option.decay(0.9).describe("weight of the past in the average gradient"),
  beta2: option.decay(0.999).describe("weight of the past in the average squared gradient"),
  epsilon: option.epsilon(1e-8),
  amsgrad: z8.boolean().default(false).describe("divide by the largest average so far")
};
var options3 = z8.strictObject({ ...shared, weightDecay: option.weightDecay(0) });
var optionsW = z8.strictObject({ ...shared, weightDecay: option.weightDecay(0.01) });
var adam = {
  title: "Adam",
  citations: [
    "Kingma, Ba 2015, Adam: a method for stochastic optimization, algorithm 1",
    "Reddi, Kale, Kumar 2018, On the convergence of Adam and beyond (amsgrad)",
    "torch.optim.Adam"
  ],
  options: options3,
  create: (given) => createAdam(given, false)
};
var adamw = {
  title: "AdamW",
  citations: [
    "Loshchilov, Hutter 2019, Decoupled weight decay regularization, algorithm 2",
    "torch.optim.AdamW"
  ],
  options: optionsW,
  create: (given) => createAdam(given, true)
};
function createAdam({ beta1, beta2, epsilon, amsgrad, weightDecay }, decoupled) {
  const scalars = (at2) => {
    const past1 = at2.momentum ?? beta1;
    const correction = Math.sqrt(1 - beta2 ** at2.update);
    return {
      ...regularisation(at2),
      ...decoupled ? { weightDecay: at2.rate * at2.weightDecay } : {},
      past1,
      new1: 1 - past1,
      past2: beta2,
      new2: 1 - beta2,
      rate: at2.rate * correction / (1 - past1 ** at2.update),
      epsilon: epsilon * correction
    };
  };
  return update({
    kernel: kernel(
      ["parameter", "gradient", "mean", "square", ...amsgrad ? ["largest"] : []],
      ["gradientScale", "weightDecay", "past1", "new1", "past2", "new2", "rate", "epsilon"],
      (v, s) => {
        const gradient = decoupled ? mul(v.gradient, s.gradientScale) : regularised(v, s, weightDecay);
        const mean3 = averaged(s.past1, v.mean, s.new1, gradient);
        const square2 = averagedSquare(s.past2, v.square, s.new2, gradient);
        const largest2 = amsgrad ? max(v.largest, square2) : square2;
        const step3 = div(mul(s.rate, mean3), add(sqrt(largest2), s.epsilon));
        const whole = decoupled && weightDecay > 0 ? add(mul(s.weightDecay, v.parameter), step3) : step3;
        return { mean: mean3, square: square2, parameter: sub(v.parameter, whole), ...amsgrad ? { largest: largest2 } : {} };
      }
    ),
    scalars,
    movesMomentum: true
  });
}

// src/engine/optimisers/adamax.ts
import { z as z9 } from "zod";
var options4 = z9.strictObject({
  beta1: option.decay(0.9).describe("weight of the past in the average gradient"),
  beta2: option.decay(0.999).describe("what the largest gradient shrinks by at each update"),
  epsilon: option.epsilon(1e-8),
  weightDecay: option.weightDecay(0)
});
var adamax = {
  title: "Adamax",
  citations: [
    "Kingma, Ba 2015, Adam: a method for stochastic optimization, algorithm 2",
    "torch.optim.Adamax"
  ],
  options: options4,
  create: ({ beta1, beta2, epsilon, weightDecay }) => update({
    kernel: kernel(
      ["parameter", "gradient", "mean", "largest"],
      ["rate", "gradientScale", "weightDecay", "past1", "new1", "past2", "epsilon"],
      (v, s) => {
        const gradient = regularised(v, s, weightDecay);
        const mean3 = averaged(s.past1, v.mean, s.new1, gradient);
        const largest2 = max(mul(s.past2, v.largest), add(abs(gradient), s.epsilon));
        return { mean: mean3, largest: largest2, parameter: sub(v.parameter, div(mul(s.rate, mean3), largest2)) };
      }
    ),
    scalars: (at2) => {
      const past1 = at2.momentum ?? beta1;
      return {
        ...regularisation(at2),
        rate: at2.rate / (1 - past1 ** at2.update),
        past1,
        new1: 1 - past1,
        past2: beta2,
        epsilon
      };
    },
    movesMomentum: true
  })
};

// src/engine/optimisers/radam.ts
import { z as z10 } from "zod";
var options5 = z10.strictObject({
  beta1: option.decay(0.9).describe("weight of the past in the average gradient"),
  beta2: option.decay(0.999).describe("weight of the past in the average squared gradient"),
  epsilon: option.epsilon(1e-8),
  weightDecay: option.weightDecay(0)
});
var radam = {
  title: "RAdam",
  citations: [
    "Liu et al. 2020, On the variance of the adaptive learning rate and beyond, algorithm 2",
    "torch.optim.RAdam"
  ],
  options: options5,
  create: ({ beta1, beta2, epsilon, weightDecay }) => {
    const longest = 2 / (1 - beta2) - 1;
    return update({
      kernel: kernel(
        ["parameter", "gradient", "mean", "square"],
        [
          "gradientScale",
          "weightDecay",
          "past1",
          "new1",
          "past2",
          "new2",
          "rateAdaptive",
          "ratePlain",
          "epsilon"
        ],
        (v, s) => {
          const gradient = regularised(v, s, weightDecay);
          const mean3 = averaged(s.past1, v.mean, s.new1, gradient);
          const square2 = averagedSquare(s.past2, v.square, s.new2, gradient);
          const adaptive = div(mul(s.rateAdaptive, mean3), add(sqrt(square2), s.epsilon));
          return { mean: mean3, square: square2, parameter: sub(v.parameter, add(adaptive, mul(s.ratePlain, mean3))) };
        }
      ),
      scalars: (at2) => {
        const past1 = at2.momentum ?? beta1;
        const correction = 1 - beta2 ** at2.update;
        const length = longest - 2 * at2.update * beta2 ** at2.update / correction;
        const rate2 = at2.rate / (1 - past1 ** at2.update);
        const rectified = length > 5;
        const rectification = Math.sqrt(
          (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        );
        return {
          ...regularisation(at2),
          past1,
          new1: 1 - past1,
          past2: beta2,
          new2: 1 - beta2,
          rateAdaptive: rectified ? rate2 * rectification * Math.sqrt(correction) : 0,
          ratePlain: rectified ? 0 : rate2,
          epsilon
        };
      },
      movesMomentum: true
    });
  }
};

// src/engine/optimisers/rmsprop.ts
import { z as z11 } from "zod";
var options6 = z11.strictObject({
  alpha: option.decay(0.99).describe("weight of the past in the average squared gradient"),
  epsilon: option.epsilon(1e-8),
  momentum: option.decay(0).describe("weight of the past updates"),
  centered: z11.boolean().default(false).describe("divide by the gradient's standard deviation instead"),
  weightDecay: option.weightDecay(0)
});
var rmsprop = {
  title: "RMSprop",
  citations: [
    "Tieleman, Hinton 2012, Lecture 6.5, Neural networks for machine learning",
    "Graves 2013, Generating sequences with recurrent neural networks, equations 38-45 (centred)",
    "torch.optim.RMSprop"
  ],
  options: options6,
  create: ({ alpha, epsilon, momentum, centered, weightDecay }) => update({
    kernel: kernel(
      [
        "parameter",
        "gradient",
        "square",
        ...centered ? ["mean"] : [],
        ...momentum > 0 ? ["velocity"] : []
      ],
      ["rate", "gradientScale", "weightDecay", "past", "new", "epsilon", "momentum"],
      (v, s) => {
        const gradient = regularised(v, s, weightDecay);
        const square2 = averagedSquare(s.past, v.square, s.new, gradient);
        const mean3 = centered ? averaged(s.past, v.mean, s.new, gradient) : void 0;
        const variance = mean3 ? max(sub(square2, mul(mean3, mean3)), constant(0)) : square2;
        const step3 = div(gradient, add(sqrt(variance), s.epsilon));
        const velocity = momentum > 0 ? averaged(s.momentum, v.velocity, constant(1), step3) : void 0;
        return {
          square: square2,
          ...mean3 ? { mean: mean3 } : {},
          ...velocity ? { velocity } : {},
          parameter: sub(v.parameter, mul(s.rate, velocity ?? step3))
        };
      }
    ),
    scalars: (at2) => ({
      ...regularisation(at2),
      rate: at2.rate,
      past: alpha,
      new: 1 - alpha,
      epsilon,
      momentum: at2.momentum ?? momentum
    }),
    movesMomentum: momentum > 0
  })
};

// src/engine/optimisers/sgd.ts
import { z as z12 } from "zod";
var options7 = z12.strictObject({
  momentum: option.decay(0).describe("weight of the past gradients"),
  dampening: z12.number().min(0).max(1).default(0).describe("taken off the weight of the new gradient"),
  nesterov: z12.boolean().default(false).describe("use Nesterov's look-ahead"),
  weightDecay: option.weightDecay(0)
});
var sgd = {
  title: "stochastic gradient descent",
  citations: [
    "Sutskever, Martens, Dahl, Hinton 2013, On the importance of initialization and momentum in deep learning",
    "torch.optim.SGD"
  ],
  options: options7,
  create: ({ momentum, dampening, nesterov, weightDecay }) => momentum === 0 ? update({
    kernel: kernel(["parameter", "gradient"], ["rate", "gradientScale", "weightDecay"], (v, s) => ({
      parameter: sub(v.parameter, mul(s.rate, regularised(v, s, weightDecay)))
    })),
    scalars: (at2) => ({ ...regularisation(at2), rate: at2.rate }),
    movesMomentum: false
  }) : update({
    kernel: kernel(
      ["parameter", "gradient", "velocity"],
      ["rate", "gradientScale", "weightDecay", "momentum", "gain"],
      (v, s) => {
        const gradient = regularised(v, s, weightDecay);
        const velocity = averaged(s.momentum, v.velocity, s.gain, gradient);
        const direction = nesterov ? add(gradient, mul(s.momentum, velocity)) : velocity;
        return { velocity, parameter: sub(v.parameter, mul(s.rate, direction)) };
      }
    ),
    scalars: (at2) => ({
      ...regularisation(at2),
      rate: at2.rate,
      momentum: at2.momentum ?? momentum,
      gain: at2.update === 1 ? 1 : 1 - dampening
    }),
    movesMomentum: true
  })
};

// src/engine/optimisers/index.ts
var updateRules = {
  sgd,
  adam,
  adamw,
  rmsprop,
  adagrad,
  adadelta,
  adamax,
  radam
};

// src/engine/optimisers/resolve-spec.ts
import { z as z13 } from "zod";
function specSchema(table2, common3) {
  const names2 = Object.keys(table2);
  const objects = names2.map(
    (name) => table2[name].options.extend({ name: z13.literal(name), ...common3.shape })
  );
  const schema = z13.union([
    z13.enum(names2),
    z13.discriminatedUnion("name", objects)
  ]);
  return schema;
}
function resolveSpec(kind, table2, common3, spec, where3) {
  const { name, ...given } = typeof spec === "string" ? { name: spec } : spec;
  const entry = lookUp(kind, table2, name, where3);
  const own = Object.keys(entry.options.shape);
  const shared2 = Object.keys(common3.shape);
  const received = given;
  for (const option2 of Object.keys(received))
    if (!own.includes(option2) && !shared2.includes(option2))
      throw new GraftError("unknown-name", {
        kind: `option of ${kind} '${name}'`,
        received: option2,
        allowed: [...own, ...shared2],
        ...where3 === void 0 ? {} : { where: where3 }
      });
  const parse4 = (schema, options22) => {
    const chosen = Object.fromEntries(
      Object.entries(received).filter(([option2]) => options22.includes(option2))
    );
    const parsed = schema.safeParse(chosen);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new GraftError("invalid-value", {
      what: `option '${issue.path.join(".")}' of ${kind} '${name}'`,
      received: issue.path.reduce(
        (value, key) => value?.[key],
        chosen
      ),
      allowed: ruleOf2(issue),
      ...where3 === void 0 ? {} : { where: where3 }
    });
  };
  return {
    entry,
    options: parse4(entry.options, own),
    common: parse4(common3, shared2)
  };
}
function ruleOf2(issue) {
  switch (issue.code) {
    case "too_small":
      return `a number ${issue.inclusive ? "from" : "above"} ${issue.minimum}`;
    case "too_big":
      return `a number ${issue.inclusive ? "up to" : "below"} ${issue.maximum}`;
    case "invalid_type":
      return `${issue.expected}`;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(", ");
    case "unrecognized_keys":
      return `no key ${issue.keys.join(", ")}`;
    default:
      return issue.message;
  }
}

// src/engine/optimisers/optimiser-spec.ts
var common = z14.strictObject({
  clipNorm: z14.number().positive().optional().describe("greatest Euclidean norm of the gradient's whole")
});
var optimiserSpec = specSchema(updateRules, common);
function resolveOptimiser(spec, where3) {
  const table2 = updateRules;
  const resolved = resolveSpec("optimiser", table2, common, spec, where3);
  return {
    update: resolved.entry.create(resolved.options),
    weightDecay: resolved.options.weightDecay,
    clipNorm: resolved.common.clipNorm
  };
}

// src/models/autoencoder.ts
import { z as z16 } from "zod";

// src/numeric/matrix.ts
function matrix(rows, columns, data) {
  if (data !== void 0 && data.length !== rows * columns)
    throw new GraftError("shape-mismatch", {
      op: "matrix",
      shapes: [[rows, columns], [data.length]],
      rule: "the number of values is rows times columns"
    });
  if (data === void 0) return { rows, columns, data: new Float64Array(rows * columns) };
  return { rows, columns, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}
function identity(n) {
  const result = matrix(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
}
function rowOf(a, i) {
  return a.data.subarray(i * a.columns, (i + 1) * a.columns);
}
function transpose(a) {
  const { rows, columns, data } = a;
  const result = matrix(columns, rows);
  const out2 = result.data;
  const block2 = 32;
  for (let i0 = 0; i0 < rows; i0 += block2)
    for (let j0 = 0; j0 < columns; j0 += block2) {
      const i1 = Math.min(rows, i0 + block2);
      const j1 = Math.min(columns, j0 + block2);
      for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) out2[j * rows + i] = data[i * columns + j];
    }
  return result;
}
function selectRows(a, indices) {
  const result = matrix(indices.length, a.columns);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!(index >= 0 && index < a.rows))
      throw new GraftError("invalid-value", {
        what: "row index",
        received: index,
        allowed: `0 .. ${a.rows - 1}`
      });
    result.data.set(rowOf(a, index), i * a.columns);
  }
  return result;
}
function rowRange(a, start, end) {
  return {
    rows: end - start,
    columns: a.columns,
    data: a.data.subarray(start * a.columns, end * a.columns)
  };
}
function concatenateRows(parts) {
  const columns = parts[0]?.columns ?? 0;
  let rows = 0;
  for (const part of parts) {
    if (part.columns !== columns)
      throw new GraftError("shape-mismatch", {
        op: "concatenateRows",
        shapes: parts.map((p) => [p.rows, p.columns]),
        rule: "all parts have the same number of columns"
      });
    rows += part.rows;
  }
  const result = matrix(rows, columns);
  let at2 = 0;
  for (const part of parts) {
    result.data.set(part.data, at2);
    at2 += part.data.length;
  }
  return result;
}
function sizeOfSquare(op, a) {
  if (a.rows !== a.columns)
    throw new GraftError("shape-mismatch", {
      op,
      shapes: [[a.rows, a.columns]],
      rule: "the matrix must be square"
    });
  return a.rows;
}

// src/numeric/cholesky.ts
function semidefiniteFactor(a) {
  const n = sizeOfSquare("semidefiniteFactor", a);
  const rest = Float64Array.from({ length: n }, (_, i) => a.data[i * n + i]);
  const used = new Uint8Array(n);
  const rows = [];
  const limit = n * Number.EPSILON * rest.reduce((largest2, value) => Math.max(largest2, value), 0);
  while (rows.length < n) {
    let pivot = -1;
    for (let i = 0; i < n; i++) if (used[i] === 0 && (pivot < 0 || rest[i] > rest[pivot])) pivot = i;
    if (!(rest[pivot] > limit)) break;
    used[pivot] = 1;
    const root = Math.sqrt(rest[pivot]);
    const row = new Float64Array(n);
    for (let j = 0; j < n; j++) if (used[j] === 0) row[j] = a.data[pivot * n + j];
    for (const earlier of rows) {
      const factor2 = earlier[pivot];
      if (factor2 !== 0) for (let j = 0; j < n; j++) row[j] = row[j] - factor2 * earlier[j];
    }
    for (let j = 0; j < n; j++) {
      row[j] = used[j] === 0 ? row[j] / root : 0;
      rest[j] = rest[j] - row[j] * row[j];
    }
    row[pivot] = root;
    rows.push(row);
  }
  const factor = matrix(rows.length, n);
  rows.forEach((row, i) => {
    factor.data.set(row, i * n);
  });
  return factor;
}

// src/numeric/matrix-product.ts
var rowBlock = 64;
var sumBlock = 512;
function multiplyTransposed(a, b) {
  if (a.columns !== b.columns) throw mismatch("multiplyTransposed", a, b, "both have as many columns");
  const out2 = matrix(a.rows, b.rows);
  for (let k0 = 0; k0 < a.columns; k0 += sumBlock) {
    const k1 = Math.min(a.columns, k0 + sumBlock);
    for (let j0 = 0; j0 < b.rows; j0 += rowBlock)
      addProducts(a, b, 0, a.rows, j0, Math.min(b.rows, j0 + rowBlock), k0, k1, out2);
  }
  return out2;
}
function gram(a) {
  return outerGram(transpose(a));
}
function outerGram(a) {
  const n = a.rows;
  const out2 = matrix(n, n);
  for (let k0 = 0; k0 < a.columns; k0 += sumBlock) {
    const k1 = Math.min(a.columns, k0 + sumBlock);
    for (let j0 = 0; j0 < n; j0 += rowBlock)
      addProducts(a, a, j0, n, j0, Math.min(n, j0 + rowBlock), k0, k1, out2);
  }
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out2.data[i * n + j] = out2.data[j * n + i];
  return out2;
}
function dot(x, y) {
  let sum2 = 0;
  for (let i = 0; i < x.length; i++) sum2 += x[i] * y[i];
  return sum2;
}
function addProducts(a, b, i0, i1, j0, j1, k0, k1, out2) {
  const d = a.columns;
  const x = a.data;
  const y = b.data;
  const n = out2.columns;
  const o = out2.data;
  for (let i = i0; i < i1; i += 2) {
    const pair = i + 1 < i1;
    const a0 = i * d;
    const a1 = pair ? a0 + d : a0;
    let j = j0;
    for (; j + 3 < j1; j += 4) {
      const b0 = j * d;
      const b1 = b0 + d;
      const b2 = b1 + d;
      const b3 = b2 + d;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      for (let k = k0; k < k1; k++) {
        const u = x[a0 + k];
        const v = x[a1 + k];
        const p = y[b0 + k];
        const q = y[b1 + k];
        const r = y[b2 + k];
        const s = y[b3 + k];
        s0 += u * p;
        s1 += u * q;
        s2 += u * r;
        s3 += u * s;
        t0 += v * p;
        t1 += v * q;
        t2 += v * r;
        t3 += v * s;
      }
      const at2 = i * n + j;
      o[at2] = o[at2] + s0;
      o[at2 + 1] = o[at2 + 1] + s1;
      o[at2 + 2] = o[at2 + 2] + s2;
      o[at2 + 3] = o[at2 + 3] + s3;
      if (pair) {
        o[at2 + n] = o[at2 + n] + t0;
        o[at2 + n + 1] = o[at2 + n + 1] + t1;
        o[at2 + n + 2] = o[at2 + n + 2] + t2;
        o[at2 + n + 3] = o[at2 + n + 3] + t3;
      }
    }
    for (; j < j1; j++) {
      const b0 = j * d;
      let s0 = 0;
      let t0 = 0;
      for (let k = k0; k < k1; k++) {
        const p = y[b0 + k];
        s0 += x[a0 + k] * p;
        t0 += x[a1 + k] * p;
      }
      const at2 = i * n + j;
      o[at2] = o[at2] + s0;
      if (pair) o[at2 + n] = o[at2 + n] + t0;
    }
  }
}
function mismatch(op, a, b, rule) {
  return new GraftError("shape-mismatch", {
    op,
    shapes: [
      [a.rows, a.columns],
      [b.rows, b.columns]
    ],
    rule
  });
}

// src/numeric/covariance.ts
function columnMeans(x) {
  const means = new Float64Array(x.columns);
  for (let i = 0; i < x.rows; i++) {
    const start = i * x.columns;
    for (let j = 0; j < x.columns; j++) means[j] = means[j] + x.data[start + j];
  }
  for (let j = 0; j < x.columns; j++) means[j] = means[j] / x.rows;
  return means;
}
function centred(x, means = columnMeans(x)) {
  const out2 = matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const start = i * x.columns;
    for (let j = 0; j < x.columns; j++) out2.data[start + j] = x.data[start + j] - means[j];
  }
  return out2;
}
function covariance(x, options22 = {}) {
  const ddof = options22.ddof ?? 1;
  if (x.rows <= ddof)
    throw new GraftError("bad-data", {
      what: "covariance",
      problem: `needs more than ${ddof} rows, got ${x.rows}`
    });
  const result = gram(centred(x, options22.means));
  const { data } = result;
  for (let i = 0; i < data.length; i++) data[i] = data[i] / (x.rows - ddof);
  return result;
}
function mean(values) {
  let sum2 = 0;
  for (let i = 0; i < values.length; i++) sum2 += values[i];
  return sum2 / values.length;
}
function standardDeviation(values, ddof) {
  const centre = mean(values);
  let sum2 = 0;
  for (let i = 0; i < values.length; i++) sum2 += (values[i] - centre) ** 2;
  return Math.sqrt(sum2 / (values.length - ddof));
}

// src/tensor/shape.ts
function parse(dimension) {
  if (typeof dimension === "number") return { factor: dimension, symbols: [] };
  const parts = dimension.split("*");
  const factor = /^\d+$/.test(parts[0]) ? Number(parts.shift()) : 1;
  return { factor, symbols: parts };
}
function write({ factor, symbols }) {
  if (symbols.length === 0 || factor === 0) return factor;
  const sorted = [...symbols].sort();
  return factor === 1 ? sorted.join("*") : `${factor}*${sorted.join("*")}`;
}
function product(dimensions) {
  const result = { factor: 1, symbols: [] };
  for (const dimension of dimensions) {
    const { factor, symbols } = parse(dimension);
    result.factor *= factor;
    result.symbols.push(...symbols);
  }
  return write(result);
}
function quotient(a, b) {
  const x = parse(a);
  const y = parse(b);
  if (y.factor === 0 || x.factor % y.factor !== 0) return void 0;
  const left = [...x.symbols];
  for (const symbol of y.symbols) {
    const at2 = left.indexOf(symbol);
    if (at2 < 0) return void 0;
    left.splice(at2, 1);
  }
  return write({ factor: x.factor / y.factor, symbols: left });
}
function bind(dimension, binding) {
  const { factor, symbols } = parse(dimension);
  return symbols.reduce((value, symbol) => {
    const bound = binding[symbol];
    if (bound === void 0)
      throw new GraftError("invalid-value", {
        what: `dimension '${symbol}'`,
        received: void 0,
        allowed: "a number for every symbol of the program"
      });
    return value * bound;
  }, factor);
}
function symbolsOf(shape2) {
  return [...new Set(shape2.flatMap((dimension) => parse(dimension).symbols))];
}
function isConcrete(shape2) {
  return shape2.every((dimension) => typeof dimension === "number");
}
function concrete(shape2, op) {
  if (isConcrete(shape2)) return shape2;
  throw new GraftError("shape-mismatch", {
    op,
    shapes: [shape2],
    rule: "every dimension must be a number here"
  });
}
function sameShape(a, b) {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}
function sizeOf(shape2) {
  return shape2.reduce((size3, dimension) => size3 * dimension, 1);
}
function stridesOf(shape2) {
  const strides = new Array(shape2.length);
  let stride = 1;
  for (let i = shape2.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape2[i];
  }
  return strides;
}
function broadcast(op, a, b) {
  const rank = Math.max(a.length, b.length);
  const result = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new GraftError("shape-mismatch", {
        op,
        shapes: [a, b],
        rule: "dimensions counted from the right must be equal or 1"
      });
    result.push(x === 1 ? y : x);
  }
  return result;
}
function normaliseAxis(op, axis, rank) {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(result) || result < 0 || result >= rank)
    throw new GraftError("invalid-value", {
      what: `axis of ${op}`,
      received: axis,
      allowed: `an integer from ${-rank} to ${rank - 1}`
    });
  return result;
}

// src/tensor/shape-rules/arrangement.ts
function fail(op, shapes, rule) {
  throw new GraftError("shape-mismatch", { op, shapes, rule });
}
function reduce(op) {
  return ([x], { axes, keep }) => {
    for (const axis of axes) normaliseAxis(op, axis, x.shape.length);
    const shape2 = keep ? x.shape.map((dimension, i) => axes.includes(i) ? 1 : dimension) : x.shape.filter((_, i) => !axes.includes(i));
    return [{ shape: shape2, dtype: "float32" }];
  };
}
function sliceLength(start, end, step3, size3) {
  if (start === 0 && step3 === 1 && end === size3) return size3;
  if (typeof end === "string" || typeof size3 === "string")
    return fail("slice", [[size3]], "an axis with an open dimension can only be taken whole");
  const valid = step3 > 0 ? start >= 0 && end <= size3 && start <= end : start < size3 && end >= -1 && end <= start;
  if (step3 === 0 || !valid)
    return fail("slice", [[size3]], `${start}:${end}:${step3} must lie within the axis`);
  return Math.ceil((end - start) / step3);
}
var arrangementShapes = {
  input: (_, { shape: shape2, dtype }) => [{ shape: shape2, dtype }],
  constant: (_, { shape: shape2, dtype }) => [{ shape: shape2, dtype }],
  sum: reduce("sum"),
  mean: reduce("mean"),
  max: reduce("max"),
  min: reduce("min"),
  cumsum: ([x], { axis }) => {
    normaliseAxis("cumsum", axis, x.shape.length);
    return [{ shape: x.shape, dtype: "float32" }];
  },
  reshape: ([x], { shape: shape2 }) => {
    if (product(x.shape) !== product(shape2))
      fail("reshape", [x.shape, shape2], "both shapes must hold the same number of elements");
    return [{ shape: shape2, dtype: x.dtype }];
  },
  transpose: ([x], { permutation }) => {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (permutation.length !== x.shape.length || sorted.some((axis, i) => axis !== i))
      fail("transpose", [x.shape, permutation], "the permutation must name every axis once");
    return [{ shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype }];
  },
  slice: ([x], { starts, ends, steps }) => {
    const rank = x.shape.length;
    if (starts.length !== rank || ends.length !== rank || steps.length !== rank)
      fail("slice", [x.shape], "starts, ends and steps need an entry for each axis");
    const shape2 = x.shape.map((size3, i) => sliceLength(starts[i], ends[i], steps[i], size3));
    return [{ shape: shape2, dtype: x.dtype }];
  },
  concat: (inputs, { axis }) => {
    const first2 = inputs[0];
    normaliseAxis("concat", axis, first2.shape.length);
    let total = 0;
    for (const { shape: shape2, dtype } of inputs) {
      const fits = shape2.length === first2.shape.length && shape2.every((d, i) => i === axis || d === first2.shape[i]);
      if (!fits || dtype !== first2.dtype)
        fail("concat", [first2.shape, shape2], "all axes but the joined one, and the types, must be equal");
      const size3 = shape2[axis];
      if (inputs.length === 1) total = size3;
      else if (typeof size3 === "string" || typeof total === "string")
        return fail("concat", [shape2], "the joined axis must have a number in every operand");
      else total += size3;
    }
    return [{ shape: first2.shape.map((d, i) => i === axis ? total : d), dtype: first2.dtype }];
  },
  pad: ([x], { before, after }) => {
    const shape2 = x.shape.map((size3, i) => {
      const extra = before[i] + after[i];
      if (extra === 0 && before[i] === 0) return size3;
      if (typeof size3 === "string") return fail("pad", [x.shape], "an open dimension cannot be padded");
      if (size3 + extra < 0) fail("pad", [x.shape], "cropping must leave something");
      return size3 + extra;
    });
    return [{ shape: shape2, dtype: x.dtype }];
  },
  expand: ([x], { shape: shape2 }) => {
    if (!sameShape(broadcast("expand", x.shape, shape2), shape2))
      fail("expand", [x.shape, shape2], "dimensions of 1 may be repeated, no other");
    return [{ shape: shape2, dtype: x.dtype }];
  },
  gather: ([x, indices], { axis }) => {
    const at2 = normaliseAxis("gather", axis, x.shape.length);
    if (indices.dtype !== "int32")
      throw new GraftError("invalid-value", {
        what: "indices of gather",
        received: indices.dtype,
        allowed: "int32"
      });
    return [
      { shape: [...x.shape.slice(0, at2), ...indices.shape, ...x.shape.slice(at2 + 1)], dtype: x.dtype }
    ];
  },
  "gather-elements": ([x, indices], { axis }) => {
    const fits = x.shape.length === indices.shape.length && x.shape.every((d, i) => i === axis || d === indices.shape[i]);
    if (!fits)
      fail("gather-elements", [x.shape, indices.shape], "all axes but the indexed one must be equal");
    return [{ shape: indices.shape, dtype: x.dtype }];
  },
  "scatter-add": ([updates, indices], { axis, size: size3 }) => {
    if (!sameShape(updates.shape, indices.shape))
      fail("scatter-add", [updates.shape, indices.shape], "updates and indices must have one shape");
    return [{ shape: updates.shape.map((d, i) => i === axis ? size3 : d), dtype: "float32" }];
  },
  "one-hot": ([indices], { depth }) => [{ shape: [...indices.shape, depth], dtype: "float32" }]
};

// src/tensor/shape-rules/elementwise.ts
function expectType(op, tensor, dtype) {
  if (tensor.dtype !== dtype)
    throw new GraftError("invalid-value", {
      what: `operand of ${op}`,
      received: tensor.dtype,
      allowed: dtype
    });
}
function unary2(op) {
  return (inputs) => {
    expectType(op, inputs[0], "float32");
    return [{ shape: inputs[0].shape, dtype: "float32" }];
  };
}
function binary2(op, allowed, result) {
  return (inputs) => {
    const [a, b] = inputs;
    if (a.dtype !== b.dtype || (allowed === "number" ? a.dtype === "bool" : a.dtype !== allowed))
      throw new GraftError("invalid-value", {
        what: `operands of ${op}`,
        received: `${a.dtype} and ${b.dtype}`,
        allowed: allowed === "number" ? "two float32 or two int32" : `two ${allowed}`
      });
    return [{ shape: broadcast(op, a.shape, b.shape), dtype: result ?? a.dtype }];
  };
}
var elementwiseShapes = {
  neg: unary2("neg"),
  exp: unary2("exp"),
  log: unary2("log"),
  sqrt: unary2("sqrt"),
  reciprocal: unary2("reciprocal"),
  erf: unary2("erf"),
  abs: unary2("abs"),
  sign: unary2("sign"),
  sin: unary2("sin"),
  cos: unary2("cos"),
  floor: unary2("floor"),
  tanh: unary2("tanh"),
  sigmoid: unary2("sigmoid"),
  relu: unary2("relu"),
  "leaky-relu": unary2("leaky-relu"),
  elu: unary2("elu"),
  gelu: unary2("gelu"),
  softplus: unary2("softplus"),
  "stop-gradient": unary2("stop-gradient"),
  cast: (inputs, { to }) => [{ shape: inputs[0].shape, dtype: to }],
  not: (inputs) => {
    expectType("not", inputs[0], "bool");
    return [{ shape: inputs[0].shape, dtype: "bool" }];
  },
  add: binary2("add", "number"),
  sub: binary2("sub", "number"),
  mul: binary2("mul", "number"),
  div: binary2("div", "float32"),
  pow: binary2("pow", "float32"),
  minimum: binary2("minimum", "float32"),
  maximum: binary2("maximum", "float32"),
  equal: binary2("equal", "number", "bool"),
  less: binary2("less", "number", "bool"),
  "less-or-equal": binary2("less-or-equal", "number", "bool"),
  and: binary2("and", "bool"),
  or: binary2("or", "bool"),
  where: (inputs) => {
    const [condition, x, y] = inputs;
    expectType("where", condition, "bool");
    expectType("where", y, x.dtype);
    return [
      { shape: broadcast("where", condition.shape, broadcast("where", x.shape, y.shape)), dtype: x.dtype }
    ];
  }
};

// src/tensor/shape-rules/linear.ts
function fail2(op, shapes, rule) {
  throw new GraftError("shape-mismatch", { op, shapes, rule });
}
function spatialSizes(op, x, a) {
  const n = x.shape.length - 2;
  if (n < 1) fail2(op, [x.shape], "the input needs batch, channel and at least one spatial axis");
  const lengths = [a.strides.length, a.pads.length / 2, a.dilations?.length ?? n, a.kernel?.length ?? n];
  if (lengths.some((length) => length !== n))
    fail2(
      op,
      [x.shape],
      `strides, pads, dilations and kernel need an entry for each of the ${n} spatial axes`
    );
  return concrete(x.shape.slice(2), op);
}
function windowSizes(op, sizes, kernel2, { strides, pads }, dilations) {
  return sizes.map((size3, i) => {
    const span = (dilations?.[i] ?? 1) * (kernel2[i] - 1) + 1;
    const result = Math.floor((size3 + pads[i] + pads[i + sizes.length] - span) / strides[i]) + 1;
    if (result < 1) fail2(op, [sizes, kernel2], "the window must fit into the padded input");
    return result;
  });
}
function checkBias(op, bias, channels) {
  if (bias !== void 0 && (bias.shape.length !== 1 || bias.shape[0] !== channels))
    fail2(op, [bias.shape], `the bias must have shape [${channels}]`);
}
function pool(op, x, a) {
  const sizes = spatialSizes(op, x, a);
  if (a.pads.some((pad4, i) => pad4 * 2 > a.kernel[i % sizes.length]))
    fail2(op, [x.shape, a.kernel], "padding may be at most half the kernel");
  return [...x.shape.slice(0, 2), ...windowSizes(op, sizes, a.kernel, a, a.dilations)];
}
var linearShapes = {
  matmul: (inputs, { transposeA, transposeB }) => {
    const [a, b] = inputs;
    if (a.shape.length < 2 || b.shape.length < 2)
      fail2("matmul", [a.shape, b.shape], "both need at least two axes");
    const [m, k] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
    const [l, n] = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
    if (k !== l) fail2("matmul", [a.shape, b.shape], `the inner dimensions ${k} and ${l} must be equal`);
    return [
      { shape: [...broadcast("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n], dtype: "float32" }
    ];
  },
  conv: (inputs, a) => {
    const [x, w, bias] = inputs;
    const sizes = spatialSizes("conv", x, a);
    const weight = concrete(w.shape, "conv");
    const channels = x.shape[1];
    if (weight.length !== x.shape.length || channels !== weight[1] * a.groups || weight[0] % a.groups !== 0)
      fail2(
        "conv",
        [x.shape, w.shape],
        "the weight must be [out, in / groups, ...kernel] with out divisible by groups"
      );
    checkBias("conv", bias, weight[0]);
    const spatial2 = windowSizes("conv", sizes, weight.slice(2), a, a.dilations);
    return [{ shape: [x.shape[0], weight[0], ...spatial2], dtype: "float32" }];
  },
  "conv-transpose": (inputs, a) => {
    const [x, w, bias] = inputs;
    const sizes = spatialSizes("conv-transpose", x, a);
    const weight = concrete(w.shape, "conv-transpose");
    if (weight.length !== x.shape.length || x.shape[1] !== weight[0] || weight[0] % a.groups !== 0)
      fail2("conv-transpose", [x.shape, w.shape], "the weight must be [in, out / groups, ...kernel]");
    const channels = weight[1] * a.groups;
    checkBias("conv-transpose", bias, channels);
    const spatial2 = sizes.map((size3, i) => {
      const result = (size3 - 1) * a.strides[i] - a.pads[i] - a.pads[i + sizes.length] + a.dilations[i] * (weight[i + 2] - 1) + 1 + a.outputPadding[i];
      if (result < 1) fail2("conv-transpose", [x.shape, w.shape], "the padding leaves no output");
      return result;
    });
    return [{ shape: [x.shape[0], channels, ...spatial2], dtype: "float32" }];
  },
  "max-pool": (inputs, a) => {
    const shape2 = pool("max-pool", inputs[0], a);
    return [
      { shape: shape2, dtype: "float32" },
      { shape: shape2, dtype: "int32" }
    ];
  },
  "average-pool": (inputs, a) => [{ shape: pool("average-pool", inputs[0], a), dtype: "float32" }],
  "layer-norm": (inputs) => {
    const [x, scale2, bias] = inputs;
    const size3 = x.shape[x.shape.length - 1];
    for (const vector of bias === void 0 ? [scale2] : [scale2, bias])
      if (vector.shape.length !== 1 || vector.shape[0] !== size3)
        fail2("layer-norm", [x.shape, vector.shape], "scale and bias must be as long as the last axis");
    const statistic = { shape: [...x.shape.slice(0, -1), 1], dtype: "float32" };
    return [{ shape: x.shape, dtype: "float32" }, statistic, statistic];
  },
  softmax: (inputs) => [{ shape: inputs[0].shape, dtype: "float32" }],
  attention: (inputs) => {
    const [q, k, v, mask] = inputs;
    const lead = q.shape.slice(0, -2);
    const [t, d] = q.shape.slice(-2);
    const [s, e] = v.shape.slice(-2);
    const same2 = (a, b) => product(a) === product(b) && a.length === b.length;
    if (!same2(lead, k.shape.slice(0, -2)) || !same2(lead, v.shape.slice(0, -2)))
      fail2("attention", [q.shape, k.shape, v.shape], "the leading axes must be equal");
    if (k.shape[k.shape.length - 1] !== d || k.shape[k.shape.length - 2] !== s)
      fail2("attention", [q.shape, k.shape, v.shape], "q and k share the last axis, k and v the one before");
    if (mask !== void 0) broadcast("attention", mask.shape, [...lead, t, s]);
    return [
      { shape: [...lead, t, e], dtype: "float32" },
      { shape: [...lead, t, s], dtype: "float32" }
    ];
  }
};

// src/tensor/shape-rules/index.ts
var shapeRules = { ...elementwiseShapes, ...linearShapes, ...arrangementShapes };

// src/tensor/build.ts
function applyNode(op, inputs, attributes) {
  const types4 = shapeRules[op](inputs, attributes);
  const outputs = [];
  const node = { op, inputs, attributes, outputs };
  types4.forEach(({ shape: shape2, dtype }, index) => {
    outputs.push({ node, index, shape: shape2, dtype });
  });
  return node;
}
function apply(op, inputs, attributes) {
  return applyNode(op, inputs, attributes).outputs[0];
}
function input(name, shape2, dtype = "float32") {
  return apply("input", [], { name, shape: shape2, dtype });
}
function constant2(data, shape2 = [], dtype) {
  if (typeof data === "number")
    return apply("constant", [], { data: Float64Array.of(data), shape: [], dtype: "float32" });
  if (data.length !== sizeOf(shape2))
    throw new GraftError("shape-mismatch", {
      op: "constant",
      shapes: [shape2],
      rule: `${data.length} values must fill the shape`
    });
  const kind = dtype ?? (data instanceof Int32Array ? "int32" : data instanceof Uint8Array ? "bool" : "float32");
  return apply("constant", [], { data, shape: shape2, dtype: kind });
}
function asTensor(operand) {
  return typeof operand === "number" ? constant2(operand) : operand;
}

// src/tensor/functions/elementwise.ts
var neg = (x) => apply("neg", [x], {});
var exp = (x) => apply("exp", [x], {});
var log = (x) => apply("log", [x], {});
var erf = (x) => apply("erf", [x], {});
var sign = (x) => apply("sign", [x], {});
var sin = (x) => apply("sin", [x], {});
var cos = (x) => apply("cos", [x], {});
var square = (x) => mul2(x, x);
var tanh = (x) => apply("tanh", [x], {});
var sigmoid = (x) => apply("sigmoid", [x], {});
var relu = (x) => apply("relu", [x], {});
var leakyRelu = (x, alpha = 0.01) => apply("leaky-relu", [x], { alpha });
var elu = (x, alpha = 1) => apply("elu", [x], { alpha });
var gelu = (x, approximate = "none") => apply("gelu", [x], { approximate });
var silu = (x) => mul2(x, sigmoid(x));
var softplus = (x) => apply("softplus", [x], {});
var stopGradient = (x) => apply("stop-gradient", [x], {});
var cast = (x, to) => x.dtype === to ? x : apply("cast", [x], { to });
var add2 = (a, b) => apply("add", [asTensor(a), asTensor(b)], {});
var sub2 = (a, b) => apply("sub", [asTensor(a), asTensor(b)], {});
var mul2 = (a, b) => apply("mul", [asTensor(a), asTensor(b)], {});
var div2 = (a, b) => apply("div", [asTensor(a), asTensor(b)], {});
var pow = (a, b) => apply("pow", [asTensor(a), asTensor(b)], {});
var maximum = (a, b) => apply("maximum", [asTensor(a), asTensor(b)], {});
var equal = (a, b) => apply("equal", [asTensor(a), asTensor(b)], {});
var less = (a, b) => apply("less", [asTensor(a), asTensor(b)], {});
var lessOrEqual = (a, b) => apply("less-or-equal", [asTensor(a), asTensor(b)], {});
var not = (a) => apply("not", [a], {});
var where = (condition, a, b) => apply("where", [condition, asTensor(a), asTensor(b)], {});
function clamp(x, low = -Infinity, high = Infinity) {
  let inside;
  let result = x;
  if (low > -Infinity) {
    inside = lessOrEqual(low, x);
    result = where(inside, result, low);
  }
  if (high < Infinity) result = where(lessOrEqual(x, high), result, high);
  return result;
}

// src/tensor/functions/arrangement.ts
function reshape(x, shape2) {
  const open3 = shape2.indexOf(-1);
  let target = shape2;
  if (open3 >= 0) {
    const rest = product(shape2.filter((_, i) => i !== open3));
    const size3 = quotient(product(x.shape), rest);
    if (size3 === void 0)
      throw new GraftError("shape-mismatch", {
        op: "reshape",
        shapes: [x.shape, shape2],
        rule: `the elements must be divisible by ${rest}`
      });
    target = shape2.map((dimension, i) => i === open3 ? size3 : dimension);
  }
  return sameShape(x.shape, target) ? x : apply("reshape", [x], { shape: target });
}
function transpose2(x, permutation) {
  const rank = x.shape.length;
  const order = permutation ?? [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return order.every((axis, i) => axis === i) ? x : apply("transpose", [x], { permutation: order });
}
function slice(x, axis, start, end, step3 = 1) {
  const at2 = normaliseAxis("slice", axis, x.shape.length);
  const size3 = x.shape[at2];
  const from = start < 0 ? start + size3 : start;
  const to = end === void 0 ? size3 : end < 0 ? end + size3 : end;
  return sliceAll(
    x,
    x.shape.map((_, i) => i === at2 ? { start: from, end: to, step: step3 } : void 0)
  );
}
function sliceAll(x, ranges) {
  const whole = ranges.every(
    (r, i) => r === void 0 || r.start === 0 && r.step === 1 && r.end === x.shape[i]
  );
  if (whole) return x;
  return apply("slice", [x], {
    starts: ranges.map((r) => r?.start ?? 0),
    ends: ranges.map((r, i) => r?.end ?? x.shape[i]),
    steps: ranges.map((r) => r?.step ?? 1)
  });
}
function flip(x, axis) {
  const at2 = normaliseAxis("flip", axis, x.shape.length);
  return sliceAll(
    x,
    x.shape.map((size3, i) => i === at2 ? { start: size3 - 1, end: -1, step: -1 } : void 0)
  );
}
function concat(parts, axis) {
  return parts.length === 1 ? parts[0] : apply("concat", parts, { axis: normaliseAxis("concat", axis, parts[0].shape.length) });
}
function unsqueeze(x, axis) {
  const at2 = normaliseAxis("unsqueeze", axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at2), 1, ...x.shape.slice(at2)]);
}
function expand(x, shape2) {
  return sameShape(x.shape, shape2) ? x : apply("expand", [x], { shape: shape2 });
}
function pad(x, before, after, mode = "constant", value = 0) {
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return x;
  if (mode === "constant") return apply("pad", [x], { before, after, value });
  return x.shape.reduce(
    (result, size3, axis) => padAxis(result, axis, size3, before[axis], after[axis], mode),
    x
  );
}
function padAxis(x, axis, size3, before, after, mode) {
  if (before === 0 && after === 0) return x;
  if (mode === "reflect" && Math.max(before, after) >= size3)
    throw new GraftError("shape-mismatch", {
      op: "pad",
      shapes: [x.shape],
      rule: "reflection needs pads below the size"
    });
  const repeat2 = (part, n) => expand(
    part,
    part.shape.map((d, i) => i === axis ? n : d)
  );
  const first2 = mode === "edge" ? () => repeat2(slice(x, axis, 0, 1), before) : () => flip(slice(x, axis, 1, before + 1), axis);
  const last = mode === "edge" ? () => repeat2(slice(x, axis, size3 - 1, size3), after) : () => flip(slice(x, axis, size3 - 1 - after, size3 - 1), axis);
  return concat([...before > 0 ? [first2()] : [], x, ...after > 0 ? [last()] : []], axis);
}
function gather(x, indices, axis = 0) {
  return apply("gather", [x, indices], { axis: normaliseAxis("gather", axis, x.shape.length) });
}
var embedding = (table2, ids) => gather(table2, ids, 0);
function gatherElements(x, indices, axis) {
  return apply("gather-elements", [x, indices], {
    axis: normaliseAxis("gather-elements", axis, x.shape.length)
  });
}
function scatterAdd(updates, indices, axis, size3) {
  return apply("scatter-add", [updates, indices], {
    axis: normaliseAxis("scatter-add", axis, updates.shape.length),
    size: size3
  });
}
var oneHot = (indices, depth) => apply("one-hot", [indices], { depth });

// src/tensor/functions/reduction.ts
function reduce2(op, x, axes, keep) {
  const rank = x.shape.length;
  const list = axes === void 0 ? [...Array(rank).keys()] : typeof axes === "number" ? [axes] : axes;
  const sorted = [...new Set(list.map((axis) => normaliseAxis(op, axis, rank)))].sort((a, b) => a - b);
  return sorted.length === 0 ? x : apply(op, [x], { axes: sorted, keep });
}
var sum = (x, axes, keep = false) => reduce2("sum", x, axes, keep);
var mean2 = (x, axes, keep = false) => reduce2("mean", x, axes, keep);
var max2 = (x, axes, keep = false) => reduce2("max", x, axes, keep);
function logsumexp(x, axes, keep = false) {
  const top = stopGradient(max2(x, axes, true));
  const total = sum(exp(sub2(x, top)), axes, true);
  const result = add2(log(total), top);
  if (keep) return result;
  return reshape(result, sum(x, axes, false).shape);
}
function cumsum(x, axis, options22 = {}) {
  return apply("cumsum", [x], {
    axis: normaliseAxis("cumsum", axis, x.shape.length),
    exclusive: options22.exclusive ?? false,
    reverse: options22.reverse ?? false
  });
}
function countOf(shape2, axes) {
  return axes.reduce((size3, axis) => size3 * shape2[axis], 1);
}

// src/tensor/functions/linear.ts
function matmul(a, b, options22 = {}) {
  return apply("matmul", [a, b], {
    transposeA: options22.transposeA ?? false,
    transposeB: options22.transposeB ?? false
  });
}
function linear(x, weight, bias) {
  const product3 = matmul(x, weight, { transposeB: true });
  return bias === void 0 ? product3 : add2(product3, bias);
}
var each = (value, n, otherwise) => value === void 0 ? Array(n).fill(otherwise) : typeof value === "number" ? Array(n).fill(value) : value;
function padsOf(padding, n) {
  const list = each(padding, n, 0);
  return list.length === n ? [...list, ...list] : list;
}
function conv(x, weight, bias, options22 = {}) {
  const n = x.shape.length - 2;
  return apply("conv", bias === void 0 ? [x, weight] : [x, weight, bias], {
    strides: each(options22.stride, n, 1),
    pads: padsOf(options22.padding, n),
    dilations: each(options22.dilation, n, 1),
    groups: options22.groups ?? 1
  });
}
function convTranspose(x, weight, bias, options22 = {}) {
  const n = x.shape.length - 2;
  return apply("conv-transpose", bias === void 0 ? [x, weight] : [x, weight, bias], {
    strides: each(options22.stride, n, 1),
    pads: padsOf(options22.padding, n),
    dilations: each(options22.dilation, n, 1),
    groups: options22.groups ?? 1,
    outputPadding: each(options22.outputPadding, n, 0)
  });
}
function attention(q, k, v, mask, scale2) {
  const d = q.shape[q.shape.length - 1];
  if (typeof d !== "number" || !sameShape(q.shape.slice(0, -2), k.shape.slice(0, -2)))
    throw new GraftError("shape-mismatch", {
      op: "attention",
      shapes: [q.shape, k.shape],
      rule: "leading axes must be equal and the last one a number"
    });
  const node = applyNode("attention", mask === void 0 ? [q, k, v] : [q, k, v, mask], {
    scale: scale2 ?? 1 / Math.sqrt(d)
  });
  return { output: node.outputs[0], probabilities: node.outputs[1] };
}

// src/models/coder.ts
import { z as z15 } from "zod";

// src/models/activation.ts
var activations = {
  relu,
  "leaky-relu": (x) => leakyRelu(x, 0.2),
  elu: (x) => elu(x),
  gelu: (x) => gelu(x),
  silu,
  tanh,
  softplus
};
var activationNames = Object.keys(activations);
var activate = (name, x) => activations[name](x);

// src/tensor/parameters.ts
function initialise(specs, stream2) {
  return Object.fromEntries(
    specs.map(({ name, shape: shape2, initial }) => [name, draw(initial, sizeOf(shape2), stream2.child(name))])
  );
}
function draw(initial, n, stream2) {
  const values = new Float32Array(n);
  if (initial.draw === "constant") return values.fill(initial.value);
  if (initial.draw === "normal") {
    stream2.normals(n, values);
    return values.map((v) => v * initial.deviation);
  }
  stream2.uniforms(n, values);
  return values.map((v) => (2 * v - 1) * initial.bound);
}
var fanIn = (n) => ({ draw: "uniform", bound: 1 / Math.sqrt(n) });
var zero = { draw: "constant", value: 0 };
var one = { draw: "constant", value: 1 };
var countParameters = (specs) => specs.reduce((total, { shape: shape2 }) => total + sizeOf(shape2), 0);

// src/models/dense-coder.ts
function linearParameters(layer, inputs, outputs) {
  return [
    { name: `${layer}/weight`, shape: [outputs, inputs], layer, decay: true, initial: fanIn(inputs) },
    { name: `${layer}/bias`, shape: [outputs], layer, decay: false, initial: fanIn(inputs) }
  ];
}
var applyLinear = (context, layer, x) => linear(x, context.parameter(`${layer}/weight`), context.parameter(`${layer}/bias`));
function denseCoder(options22) {
  const { image, hidden, latent, activation } = options22;
  const pixels2 = image[0] * image[1] * image[2];
  const encoderLayers = hidden.map((_, i) => `encoder/${i}`);
  const back = [...hidden].reverse();
  const decoderLayers = [...back.map((_, i) => `decoder/${i}`), "decoder/output"];
  const widths = [latent, ...back, pixels2];
  const parameters = [
    ...encoderLayers.flatMap(
      (layer, i) => linearParameters(layer, i === 0 ? pixels2 : hidden[i - 1], hidden[i])
    ),
    ...decoderLayers.flatMap((layer, i) => linearParameters(layer, widths[i], widths[i + 1]))
  ];
  return {
    encoderLayers,
    decoderLayers,
    parameters,
    features: hidden[hidden.length - 1] ?? pixels2,
    encode(context, x) {
      const flat = reshape(x, [context.batchSize, pixels2]);
      return encoderLayers.reduce((h, layer) => activate(activation, applyLinear(context, layer, h)), flat);
    },
    decode(context, z71) {
      const h = decoderLayers.slice(0, -1).reduce((v, layer) => activate(activation, applyLinear(context, layer, v)), z71);
      return reshape(applyLinear(context, "decoder/output", h), [z71.shape[0], ...image]);
    }
  };
}

// src/models/convolutional-coder.ts
var KERNEL = 4;
var step = { stride: 2, padding: 1 };
function kernelParameters(layer, a, b, bias) {
  const initial = fanIn(b * KERNEL * KERNEL);
  return [
    { name: `${layer}/weight`, shape: [a, b, KERNEL, KERNEL], layer, decay: true, initial },
    { name: `${layer}/bias`, shape: [bias], layer, decay: false, initial }
  ];
}
function convolutionalCoder(options22) {
  const { image, channels, latent, activation } = options22;
  const [colours, height, width] = image;
  const factor = 2 ** channels.length;
  if (channels.length === 0 || height % factor !== 0 || width % factor !== 0)
    throw new GraftError("invalid-value", {
      what: "channels of a convolutional network",
      received: channels,
      allowed: `one to ${halvings(height, width)} entries for images of ${height}x${width}, since each halves both sides`
    });
  const last = channels[channels.length - 1];
  const grid = [last, height / factor, width / factor];
  const features = grid[0] * grid[1] * grid[2];
  const encoderLayers = channels.map((_, i) => `encoder/${i}`);
  const up = [...channels.slice(0, -1).reverse(), colours];
  const upLayers = up.map((_, i) => i === up.length - 1 ? "decoder/output" : `decoder/${i + 1}`);
  const decoderLayers = ["decoder/0", ...upLayers];
  const parameters = [
    ...encoderLayers.flatMap(
      (layer, i) => kernelParameters(layer, channels[i], i === 0 ? colours : channels[i - 1], channels[i])
    ),
    ...linearParameters("decoder/0", latent, features),
    ...upLayers.flatMap((layer, i) => kernelParameters(layer, i === 0 ? last : up[i - 1], up[i], up[i]))
  ];
  return {
    encoderLayers,
    decoderLayers,
    parameters,
    features,
    encode(context, x) {
      const h = encoderLayers.reduce(
        (v, layer) => activate(
          activation,
          conv(v, context.parameter(`${layer}/weight`), context.parameter(`${layer}/bias`), step)
        ),
        x
      );
      return reshape(h, [x.shape[0], features]);
    },
    decode(context, z71) {
      const start = activate(activation, applyLinear(context, "decoder/0", z71));
      return upLayers.reduce(
        (v, layer, i) => {
          const y = convTranspose(
            v,
            context.parameter(`${layer}/weight`),
            context.parameter(`${layer}/bias`),
            step
          );
          return i === upLayers.length - 1 ? y : activate(activation, y);
        },
        reshape(start, [z71.shape[0], ...grid])
      );
    }
  };
}
function halvings(height, width) {
  let n = 0;
  while (height % 2 ** (n + 1) === 0 && width % 2 ** (n + 1) === 0) n++;
  return n;
}

// src/models/coder.ts
var size = z15.number().int().positive();
var coderSchema = z15.strictObject({
  /** Channels, height, width. */
  image: z15.tuple([size, size, size]),
  architecture: z15.enum(["dense", "convolutional"]).default("dense"),
  /** Widths of the hidden layers of the dense architecture, from input to code. */
  hidden: z15.array(size).default([400]),
  /** Channels of the layers of the convolutional architecture, each of which halves both sides. */
  channels: z15.array(size).default([32, 64]),
  /** Length of the code. */
  latent: size.default(32),
  activation: z15.enum(activationNames).default("relu")
});
function createCoder(config) {
  return config.architecture === "dense" ? denseCoder(config) : convolutionalCoder(config);
}

// src/models/autoencoder.ts
var autoencoderSchema = coderSchema.extend({
  /** Standard deviation of the noise that is added to the input in training and must be removed again; 0: none. */
  noise: z16.number().min(0).default(0)
});
function createAutoencoder(input2) {
  const config = autoencoderSchema.parse(input2);
  const { image, latent, noise } = config;
  const coder = createCoder(config);
  const layers = [...coder.encoderLayers, "encoder/latent", ...coder.decoderLayers];
  const encode = (context, x) => applyLinear(context, "encoder/latent", coder.encode(context, x));
  const decode3 = (context, code) => sigmoid(coder.decode(context, code));
  return {
    family: "autoencoder",
    config,
    fields: [{ name: "x", shape: image, dtype: "float32" }],
    parameters: [...coder.parameters, ...linearParameters("encoder/latent", coder.features, latent)],
    state: [
      { name: "codes/mean", shape: [latent], layer: "encoder/latent", initial: 0 },
      { name: "codes/factor", shape: [latent, latent], layer: "encoder/latent", initial: 0 }
    ],
    layers,
    players: [
      {
        name: "model",
        layers,
        unit: "squared error per example",
        objective(context) {
          const x = context.field("x");
          const noisy = noise > 0 && context.training(layers[0]) ? add2(x, mul2(context.noise("input", x.shape), noise)) : x;
          const difference = sub2(decode3(context, encode(context, noisy)), x);
          return { cost: sum(square(difference), [1, 2, 3]) };
        }
      }
    ],
    sampler: {
      kind: "latent",
      latent,
      // With F' F = covariance of the codes, z F has that covariance.
      decode: (context, z71) => decode3(context, add2(matmul(z71, context.state("codes/factor")), context.state("codes/mean")))
    },
    encode: (context) => encode(context, context.field("x")),
    reconstruct: (context) => decode3(context, encode(context, context.field("x"))),
    codeDensity: {
      fit({ count: count3, latent: width, data }) {
        if (width !== latent)
          throw new GraftError("shape-mismatch", {
            op: "fit of codes",
            shapes: [[width], [latent]],
            rule: "codes must be as long as the model says"
          });
        const codes = matrix(count3, width, data);
        const means = columnMeans(codes);
        const factor = new Float32Array(latent * latent);
        if (count3 > 1) factor.set(semidefiniteFactor(covariance(codes, { means })).data);
        return { "codes/mean": Float32Array.from(means), "codes/factor": factor };
      }
    }
  };
}

// src/models/transformer.ts
import { z as z17 } from "zod";

// src/tensor/functions/loss.ts
var softmax = (x) => apply("softmax", [x], {});
function crossEntropyEach(logits, labels, options22 = {}) {
  const { ignoreIndex, labelSmoothing = 0 } = options22;
  const kept = ignoreIndex === void 0 ? void 0 : not(equal(labels, constant2(Int32Array.of(ignoreIndex), [])));
  const safe = kept === void 0 ? labels : where(kept, labels, constant2(Int32Array.of(0), []));
  const picked = reshape(gatherElements(logits, unsqueeze(safe, -1), -1), labels.shape);
  const total = logsumexp(logits, -1);
  let cost = sub2(total, picked);
  if (labelSmoothing > 0)
    cost = add2(mul2(cost, 1 - labelSmoothing), mul2(sub2(total, mean2(logits, -1)), labelSmoothing));
  return kept === void 0 ? cost : where(kept, cost, 0);
}
var bernoulliCost = (logits, targets) => sub2(softplus(logits), mul2(logits, targets));
function gaussianCost(x, centre, logVariance) {
  const difference = sub2(x, centre);
  const precision2 = typeof logVariance === "number" ? Math.exp(-logVariance) : apply("exp", [neg(logVariance)], {});
  const quadratic = mul2(mul2(difference, difference), precision2);
  return mul2(add2(add2(quadratic, logVariance), Math.log(2 * Math.PI)), 0.5);
}
function standardNormalDivergence(centre, logVariance) {
  const variance = apply("exp", [logVariance], {});
  return mul2(sub2(add2(mul2(centre, centre), variance), add2(logVariance, 1)), 0.5);
}

// src/models/dropout.ts
function dropout(context, layer, name, x, rate2) {
  if (rate2 === 0 || !context.training(layer)) return x;
  const kept = less(rate2, context.noise(`dropout/${name}`, x.shape, "uniform"));
  return where(kept, mul2(x, 1 / (1 - rate2)), 0);
}

// src/tensor/functions/normalisation.ts
function layerNorm(x, scale2, bias, epsilon = 1e-5) {
  return applyNode("layer-norm", bias === void 0 ? [x, scale2] : [x, scale2, bias], { epsilon }).outputs[0];
}

// src/models/transformer-block.ts
var HIDDEN = -1e9;
var normal = (deviation) => ({ draw: "normal", deviation });
function normParameters(name, layer, width, bias) {
  const vector = (part, initial) => ({
    name: `${name}/${part}`,
    shape: [width],
    layer,
    decay: false,
    initial
  });
  return bias ? [vector("scale", one), vector("bias", zero)] : [vector("scale", one)];
}
function blockParameters(index, c) {
  const layer = `block/${index}`;
  const residual = normal(0.02 / Math.sqrt(2 * c.layers));
  const matrix2 = (name, inputs, outputs, initial) => [
    { name: `${layer}/${name}/weight`, shape: [outputs, inputs], layer, decay: true, initial },
    ...c.bias ? [{ name: `${layer}/${name}/bias`, shape: [outputs], layer, decay: false, initial: zero }] : []
  ];
  return [
    ...normParameters(`${layer}/attention/norm`, layer, c.width, c.bias),
    ...matrix2("attention/query", c.width, c.width, normal(0.02)),
    ...matrix2("attention/key", c.width, c.width, normal(0.02)),
    ...matrix2("attention/value", c.width, c.width, normal(0.02)),
    ...matrix2("attention/output", c.width, c.width, residual),
    ...normParameters(`${layer}/mlp/norm`, layer, c.width, c.bias),
    ...matrix2("mlp/up", c.width, 4 * c.width, normal(0.02)),
    ...matrix2("mlp/down", 4 * c.width, c.width, residual)
  ];
}
function applyNorm(context, name, x, bias) {
  return layerNorm(
    x,
    context.parameter(`${name}/scale`),
    bias ? context.parameter(`${name}/bias`) : void 0
  );
}
var project = (context, name, x, bias) => linear(x, context.parameter(`${name}/weight`), bias ? context.parameter(`${name}/bias`) : void 0);
function rotations(context, width) {
  const half2 = width / 2;
  const angle = (_, i) => Math.floor(i / half2) / 1e4 ** (i % half2 / half2);
  const angles = Float64Array.from({ length: context * half2 }, angle);
  return { cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
}
function rotate(x, c, time, position) {
  const width = c.width / c.heads;
  const half2 = width / 2;
  const { cosines, sines } = rotations(c.context, width);
  const rows = (data) => position === void 0 ? constant2(data.slice(0, time * half2), [time, half2]) : gather(constant2(data, [c.context, half2]), position, 0);
  const wide = (t) => concat([t, t], -1);
  const turned = concat([neg(slice(x, -1, half2, width)), slice(x, -1, 0, half2)], -1);
  return add2(mul2(x, wide(rows(cosines))), mul2(turned, wide(rows(sines))));
}
var intoHeads = (x, heads) => {
  const [batch, time, width] = x.shape;
  return transpose2(reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3]);
};
var fromHeads = (x) => {
  const [batch, heads, time, width] = x.shape;
  return reshape(transpose2(x, [0, 2, 1, 3]), [batch, time, heads * width]);
};
function applyBlock(context, index, c, x, mask, cached) {
  const layer = `block/${index}`;
  const time = x.shape[1];
  const h = applyNorm(context, `${layer}/attention/norm`, x, c.bias);
  const part = (name) => intoHeads(project(context, `${layer}/attention/${name}`, h, c.bias), c.heads);
  const turn = (t) => c.positions === "rotary" ? rotate(t, c, time, cached?.step.position) : t;
  const query = turn(part("query"));
  const keys = turn(part("key"));
  const values = part("value");
  const all = (fresh, old) => cached === void 0 || old === void 0 ? fresh : cached.merge(cached.step.here, fresh, old);
  const seen = attend(
    context,
    layer,
    c,
    query,
    all(keys, cached?.step.keys),
    all(values, cached?.step.values),
    cached?.step.mask ?? mask
  );
  const drop = (name, t) => dropout(context, layer, `${layer}/${name}`, t, c.dropout);
  const attended = add2(
    x,
    drop("attention", project(context, `${layer}/attention/output`, fromHeads(seen), c.bias))
  );
  const inner = gelu(
    project(context, `${layer}/mlp/up`, applyNorm(context, `${layer}/mlp/norm`, attended, c.bias), c.bias)
  );
  const output = add2(attended, drop("mlp", project(context, `${layer}/mlp/down`, inner, c.bias)));
  return { output, keys, values };
}
function attend(context, layer, c, query, keys, values, mask) {
  if (c.dropout === 0 || !context.training(layer)) return attention(query, keys, values, mask).output;
  const scores = mul2(matmul(query, keys, { transposeB: true }), 1 / Math.sqrt(c.width / c.heads));
  const probabilities = softmax(mask === void 0 ? scores : add2(scores, mask));
  return matmul(dropout(context, layer, `${layer}/probabilities`, probabilities, c.dropout), values);
}

// src/models/transformer.ts
var size2 = z17.number().int().positive();
var transformerSchema = z17.strictObject({
  vocabulary: size2,
  /** Longest sequence, in tokens. */
  context: size2.default(64),
  layers: size2.default(4),
  heads: size2.default(4),
  width: size2.default(128),
  positions: z17.enum(["learned", "rotary"]).default("learned"),
  /** The output layer shares the token embedding's matrix (Press and Wolf 2017). */
  tied: z17.boolean().default(true),
  bias: z17.boolean().default(false),
  dropout: z17.number().min(0).lt(1).default(0)
});
var NO_TARGET = -1;
function createTransformer(input2) {
  const c = transformerSchema.parse(input2);
  if (c.width % c.heads !== 0 || c.positions === "rotary" && c.width / c.heads % 2 !== 0)
    throw new GraftError("invalid-value", {
      what: "width of the transformer",
      received: c.width,
      allowed: `a multiple of ${c.positions === "rotary" ? "twice " : ""}the number of heads (${c.heads})`
    });
  const blocks = Array.from({ length: c.layers }, (_, i) => i);
  const layers = ["embedding", ...blocks.map((i) => `block/${i}`), "output"];
  const table2 = (name, layer, rows) => ({
    name,
    shape: [rows, c.width],
    layer,
    decay: true,
    initial: { draw: "normal", deviation: 0.02 }
  });
  const embed = (context, tokens, position) => {
    const x = embedding(context.parameter("embedding/token"), tokens);
    if (c.positions === "rotary") return dropout(context, "embedding", "embedding", x, c.dropout);
    const positions = context.parameter("embedding/position");
    const time = tokens.shape[1];
    const rows = position ?? constant2(
      Int32Array.from({ length: time }, (_, i) => i),
      [time]
    );
    return dropout(context, "embedding", "embedding", add2(x, gather(positions, rows, 0)), c.dropout);
  };
  const head = (context, x) => {
    const matrix2 = context.parameter(c.tied ? "embedding/token" : "output/weight");
    return matmul(applyNorm(context, "output/norm", x, c.bias), matrix2, { transposeB: true });
  };
  const logits = (context, time) => {
    const tokens = context.field("tokens");
    const hidden = Float32Array.from(
      { length: time * time },
      (_, i) => i % time > Math.floor(i / time) ? HIDDEN : 0
    );
    const mask = constant2(hidden, [time, time]);
    const x = blocks.reduce(
      (h, i) => applyBlock(context, i, c, h, mask).output,
      embed(context, tokens, void 0)
    );
    return head(context, x);
  };
  const tokenCosts = (context) => crossEntropyEach(logits(context, c.context), context.field("targets"), { ignoreIndex: NO_TARGET });
  const costs = (context) => {
    const targets = context.field("targets");
    const each2 = tokenCosts(context);
    const counted = not(equal(targets, constant2(Int32Array.of(NO_TARGET), [])));
    return { cost: sum(each2, 1), weight: sum(cast(counted, "float32"), 1) };
  };
  return {
    family: "transformer",
    config: c,
    fields: [
      { name: "tokens", shape: [c.context], dtype: "int32" },
      { name: "targets", shape: [c.context], dtype: "int32" }
    ],
    parameters: [
      table2("embedding/token", "embedding", c.vocabulary),
      ...c.positions === "learned" ? [table2("embedding/position", "embedding", c.context)] : [],
      ...blocks.flatMap((i) => blockParameters(i, c)),
      ...normParameters("output/norm", "output", c.width, c.bias),
      ...c.tied ? [] : [table2("output/weight", "output", c.vocabulary)]
    ],
    state: [],
    layers,
    players: [{ name: "model", layers, unit: "nats per token", objective: costs }],
    sampler: {
      kind: "autoregressive",
      vocabulary: c.vocabulary,
      context: c.context,
      layers: c.layers,
      cache: [c.heads, c.context, c.width / c.heads],
      logits,
      step(context) {
        const position = context.field("position");
        const slots = constant2(
          Int32Array.from({ length: c.context }, (_, i) => i),
          [c.context]
        );
        const here = reshape(equal(slots, position), [c.context, 1]);
        const mask = reshape(where(lessOrEqual(slots, position), 0, HIDDEN), [1, c.context]);
        const keys = [];
        const values = [];
        let x = embed(context, reshape(context.field("token"), [context.batchSize, 1]), position);
        for (const i of blocks) {
          const step3 = {
            keys: context.field(`keys/${i}`),
            values: context.field(`values/${i}`),
            position,
            here,
            mask
          };
          const block2 = applyBlock(context, i, c, x, void 0, { step: step3, merge: where });
          keys.push(block2.keys);
          values.push(block2.values);
          x = block2.output;
        }
        return { logits: reshape(head(context, x), [context.batchSize, c.vocabulary]), keys, values };
      }
    },
    likelihood: {
      kind: "exact",
      support: "tokens",
      tokenCosts,
      logWeights: (context) => reshape(neg(costs(context).cost), [1, context.batchSize])
    },
    ...c.tied ? {
      untied: () => ({
        model: createTransformer({ ...c, tied: false }),
        convert: (weights) => ({
          ...weights,
          parameters: {
            ...weights.parameters,
            "output/weight": weights.parameters["embedding/token"].slice()
          }
        })
      })
    } : {}
  };
}

// src/models/vae.ts
import { z as z18 } from "zod";

// src/models/output-distribution.ts
var overPixels = (t) => sum(t, [-3, -2, -1]);
var scaleParameter = (name, initial) => (layer, channels) => [
  { name, shape: [channels], layer, decay: false, initial: { draw: "constant", value: initial } }
];
var onChannels = (context, name) => {
  const vector = context.parameter(name);
  return reshape(vector, [vector.shape[0], 1, 1]);
};
var HALF_LEVEL = 1 / 510;
function logSigmoidDifference(a, b) {
  const gap = maximum(sub2(1, exp(sub2(b, a))), 1e-12);
  return sub2(sub2(log(gap), softplus(mul2(a, -1))), softplus(b));
}
var outputDistributions = {
  /** Each value is 0 or 1; a likelihood only for binary data. */
  bernoulli: {
    support: "binary",
    parameters: () => [],
    cost: (_, output, x) => overPixels(bernoulliCost(output, x)),
    mean: (output) => sigmoid(output)
  },
  /** Real values with one learnt variance for each channel. */
  gaussian: {
    support: "real",
    parameters: scaleParameter("output/log-variance", -2),
    cost: (context, output, x) => overPixels(gaussianCost(x, output, onChannels(context, "output/log-variance"))),
    mean: (output) => clamp(output, 0, 1)
  },
  /**
   * 256 levels k / 255: the mass that a logistic density puts into each level's bin, the outer bins being open
   * (Kingma et al. 2016, 'Improved variational inference with inverse autoregressive flow', section 4).
   */
  "discretised-logistic": {
    support: "levels",
    parameters: scaleParameter("output/log-scale", -2),
    cost: (context, output, x) => {
      const inverse = exp(mul2(onChannels(context, "output/log-scale"), -1));
      const centred2 = sub2(x, sigmoid(output));
      const upper = mul2(add2(centred2, HALF_LEVEL), inverse);
      const lower = mul2(sub2(centred2, HALF_LEVEL), inverse);
      const lowest = mul2(softplus(mul2(upper, -1)), -1);
      const highest = mul2(softplus(lower), -1);
      const inner = logSigmoidDifference(upper, lower);
      const logMass = where(less(x, HALF_LEVEL), lowest, where(less(1 - HALF_LEVEL, x), highest, inner));
      return mul2(overPixels(logMass), -1);
    },
    mean: (output) => sigmoid(output)
  }
};
var outputDistributionNames = Object.keys(outputDistributions);

// src/models/vae.ts
var vaeSchema = coderSchema.extend({
  likelihood: z18.enum(outputDistributionNames).default("bernoulli"),
  /** Weight of the divergence in the objective (Higgins et al. 2017); 1 is the evidence lower bound. */
  beta: z18.number().positive().default(1)
});
function createVae(input2) {
  const config = vaeSchema.parse(input2);
  const { image, latent, beta } = config;
  const coder = createCoder(config);
  const output = outputDistributions[config.likelihood];
  const pixels2 = image[0] * image[1] * image[2];
  const posterior = (context) => {
    const h = coder.encode(context, context.field("x"));
    return {
      mean: applyLinear(context, "encoder/latent/mean", h),
      logVariance: applyLinear(context, "encoder/latent/log-variance", h)
    };
  };
  const drawn = ({ mean: mean3, logVariance }, noise) => add2(mean3, mul2(exp(mul2(logVariance, 0.5)), noise));
  const heads = ["mean", "log-variance"].flatMap(
    (head) => linearParameters(`encoder/latent/${head}`, coder.features, latent).map((p) => ({
      ...p,
      layer: "encoder/latent"
    }))
  );
  const layers = [...coder.encoderLayers, "encoder/latent", ...coder.decoderLayers];
  return {
    family: "vae",
    config,
    fields: [{ name: "x", shape: image, dtype: "float32" }],
    parameters: [...coder.parameters, ...heads, ...output.parameters("decoder/output", image[0])],
    state: [],
    layers,
    players: [
      {
        name: "model",
        layers,
        unit: "nats per example",
        objective(context) {
          const q = posterior(context);
          const code = drawn(q, context.noise("code", q.mean.shape));
          const reconstruction = output.cost(context, coder.decode(context, code), context.field("x"));
          const divergence = sum(standardNormalDivergence(q.mean, q.logVariance), 1);
          return {
            cost: add2(reconstruction, mul2(divergence, beta)),
            terms: { reconstruction, divergence }
          };
        }
      }
    ],
    sampler: {
      kind: "latent",
      latent,
      decode: (context, code) => output.mean(coder.decode(context, code))
    },
    likelihood: {
      kind: "bound",
      dimensions: pixels2,
      support: output.support,
      logWeights(context, samples) {
        const q = posterior(context);
        const batch = context.batchSize;
        const noise = context.noise("code", [samples, batch, latent]);
        const code = drawn(q, noise);
        const flat = reshape(code, [-1, latent]);
        const x = context.field("x");
        const decoded = reshape(coder.decode(context, flat), [samples, batch, ...image]);
        const conditional = output.cost(context, decoded, reshape(x, [1, batch, ...image]));
        const prior = sum(gaussianCost(code, constant2(0), 0), -1);
        const chosen = sum(gaussianCost(code, q.mean, q.logVariance), -1);
        return sub2(sub2(chosen, prior), conditional);
      }
    },
    encode: (context) => posterior(context).mean,
    reconstruct: (context) => output.mean(coder.decode(context, posterior(context).mean))
  };
}

// src/models/index.ts
var families = {
  vae: {
    title: "Variational autoencoder",
    domain: "image",
    version: 1,
    schema: vaeSchema,
    fromData: ["image"],
    create: createVae
  },
  autoencoder: {
    title: "Autoencoder",
    domain: "image",
    version: 1,
    schema: autoencoderSchema,
    fromData: ["image"],
    create: createAutoencoder
  },
  transformer: {
    title: "Transformer language model",
    domain: "text",
    version: 1,
    schema: transformerSchema,
    fromData: ["vocabulary"],
    create: createTransformer
  }
};
function createModel(family, config) {
  const entry = lookUp("model family", families, family);
  return entry.create(config);
}

// src/training/schedules/schedule-spec.ts
import { z as z37 } from "zod";

// src/training/schedules/constant.ts
import { z as z20 } from "zod";

// src/training/schedules/duration.ts
import { z as z19 } from "zod";
var written = "a number of updates, '10%' of all updates, or '200 epochs'";
var pattern2 = /^(\d+(?:\.\d+)?) ?(%|epochs?|steps?)$/;
var duration = z19.union([z19.number().min(0, { error: written }), z19.string().regex(pattern2, { error: written })], {
  error: written
}).describe(written);
function inSteps(value, horizon) {
  if (typeof value === "number") return value;
  const [, number, unit] = pattern2.exec(value) ?? [];
  if (unit === "%") return Number(number) / 100 * horizon.steps;
  if (unit?.startsWith("step")) return Number(number);
  if (unit?.startsWith("epoch") && horizon.stepsPerEpoch !== void 0)
    return Number(number) * horizon.stepsPerEpoch;
  throw new GraftError("invalid-value", {
    what: "a schedule's duration",
    received: value,
    allowed: horizon.stepsPerEpoch === void 0 ? "updates or '10%' (there are no epochs here)" : written
  });
}

// src/training/schedules/schedule.ts
function fixed(setting) {
  return { setting, start: {}, observe: (state) => state };
}

// src/training/schedules/constant.ts
var options8 = z20.strictObject({
  factor: z20.number().min(0).max(1).default(1).describe("factor of the learning rate at first"),
  over: duration.default("100%").describe("how long that factor holds; 1 afterwards")
});
var constant3 = {
  title: "constant",
  citations: ["torch.optim.lr_scheduler.ConstantLR"],
  options: options8,
  plan: ({ factor, over }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step3) => ({ rateFactor: step3 < end ? factor : 1 }));
  }
};

// src/training/schedules/cosine.ts
import { z as z21 } from "zod";
var options9 = z21.strictObject({
  floor: z21.number().min(0).max(1).default(0).describe("factor of the learning rate in the end"),
  over: duration.default("100%").describe("length of the fall"),
  afterwards: z21.enum(["hold", "rise"]).default("hold").describe("what follows: the floor, or the wave goes on")
});
var cosine = {
  title: "cosine",
  citations: [
    "Loshchilov, Hutter 2017, SGDR: stochastic gradient descent with warm restarts, equation 5 without restarts",
    "torch.optim.lr_scheduler.CosineAnnealingLR, which does as afterwards: 'rise'"
  ],
  options: options9,
  plan: ({ floor, over, afterwards }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step3) => ({
      rateFactor: step3 < end || afterwards === "rise" && end > 0 ? floor + (1 - floor) * (1 + Math.cos(Math.PI * step3 / end)) / 2 : floor
    }));
  }
};

// src/training/schedules/cyclical.ts
import { z as z23 } from "zod";

// src/training/schedules/momentum-range.ts
import { z as z22 } from "zod";
var momentumRange = z22.union([
  z22.literal(false),
  z22.strictObject({ low: z22.number().min(0).lt(1), high: z22.number().min(0).lt(1) })
]);
function movedMomentum(range4, share2) {
  return range4 === false ? {} : { momentum: range4.high - (range4.high - range4.low) * share2 };
}

// src/training/schedules/cyclical.ts
var options10 = z23.strictObject({
  low: z23.number().min(0).max(1).default(0.1).describe("factor of the learning rate at the lowest points"),
  up: duration.default("5%").describe("length of each rise"),
  down: duration.optional().describe("length of each fall; that of the rise if absent"),
  heights: z23.enum(["equal", "halved", "exponential"]).default("equal").describe(
    "peaks all equal ('triangular'), each half of the last ('triangular2'), or gamma^update ('exp_range')"
  ),
  gamma: z23.number().positive().max(1).default(0.999).describe("base of exponential heights"),
  momentum: momentumRange.default(false).describe("range of the momentum, which moves against the rate")
});
var cyclical = {
  title: "cyclical",
  citations: [
    "Smith 2017, Cyclical learning rates for training neural networks, section 3",
    "torch.optim.lr_scheduler.CyclicLR"
  ],
  options: options10,
  plan: ({ low, up, down, heights, gamma, momentum }, horizon) => {
    const rise = Math.max(1, inSteps(up, horizon));
    const fall = Math.max(1, inSteps(down ?? up, horizon));
    return fixed((step3) => {
      const cycle = Math.floor(step3 / (rise + fall));
      const within = step3 - cycle * (rise + fall);
      const triangle = within <= rise ? within / rise : 1 - (within - rise) / fall;
      const height = { equal: 1, halved: 0.5 ** cycle, exponential: gamma ** step3 }[heights];
      const share2 = triangle * height;
      return { rateFactor: low + (1 - low) * share2, ...movedMomentum(momentum, share2) };
    });
  }
};

// src/training/schedules/exponential.ts
import { z as z24 } from "zod";
var options11 = z24.strictObject({
  gamma: z24.number().positive().max(1).default(0.955).describe("factor of each cut"),
  every: duration.default("1%").describe("time between two cuts")
});
var exponential = {
  title: "exponential",
  citations: ["torch.optim.lr_scheduler.ExponentialLR"],
  options: options11,
  plan: ({ gamma, every }, horizon) => {
    const interval = Math.max(1, inSteps(every, horizon));
    return fixed((step3) => ({ rateFactor: gamma ** Math.floor(step3 / interval) }));
  }
};

// src/training/schedules/inverse-square-root.ts
import { z as z25 } from "zod";
var options12 = z25.strictObject({
  rise: duration.default("10%").describe("length of the linear rise")
});
var inverseSquareRoot = {
  title: "inverse square root",
  citations: ["Vaswani et al. 2017, Attention is all you need, equation 3"],
  options: options12,
  plan: ({ rise }, horizon) => {
    const length = Math.max(1, inSteps(rise, horizon));
    return fixed((step3) => {
      const number = step3 + 1;
      return { rateFactor: Math.min(number / length, Math.sqrt(length / number)) };
    });
  }
};

// src/training/schedules/linear.ts
import { z as z26 } from "zod";
var options13 = z26.strictObject({
  from: z26.number().min(0).max(1).default(1).describe("factor of the learning rate at first"),
  to: z26.number().min(0).max(1).default(0).describe("factor from the end on"),
  over: duration.default("100%").describe("time from the one to the other")
});
var linear2 = {
  title: "linear",
  citations: ["torch.optim.lr_scheduler.LinearLR"],
  options: options13,
  plan: ({ from, to, over }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step3) => ({ rateFactor: step3 < end ? from + (to - from) * (step3 / end) : to }));
  }
};

// src/training/schedules/linear-warmup.ts
import { z as z28 } from "zod";

// src/training/schedules/warmup.ts
import { z as z27 } from "zod";
var warmup = z27.union([duration, z27.strictObject({ over: duration, from: z27.number().min(0).max(1).optional() })]).describe("linear rise of the rate before the schedule starts: its length, or { over, from }");
function warmupFactor(step3, length, from = 1 / (length + 1)) {
  return step3 < length ? from + (1 - from) * (step3 / length) : 1;
}
function warmedUp(spec, horizon, plan) {
  const { over, from } = typeof spec === "object" ? spec : { over: spec };
  const length = inSteps(over, horizon);
  const rest = plan({ ...horizon, steps: Math.max(0, horizon.steps - length) });
  return {
    ...rest,
    setting: (step3, state) => {
      if (step3 >= length) return rest.setting(step3 - length, state);
      const first2 = rest.setting(0, state);
      return { ...first2, rateFactor: first2.rateFactor * warmupFactor(step3, length, from) };
    }
  };
}

// src/training/schedules/linear-warmup.ts
var options14 = z28.strictObject({
  over: duration.default("10%").describe("length of the rise"),
  from: z28.number().min(0).max(1).optional().describe("first factor; 1 / (over + 1) if absent")
});
var linearWarmup = {
  title: "linear warm-up",
  citations: [
    "Goyal et al. 2017, Accurate, large minibatch SGD: training ImageNet in 1 hour, section 2.2",
    "torch.optim.lr_scheduler.LinearLR"
  ],
  options: options14,
  plan: ({ over, from }, horizon) => {
    const length = inSteps(over, horizon);
    return fixed((step3) => ({ rateFactor: warmupFactor(step3, length, from) }));
  }
};

// src/training/schedules/multistep.ts
import { z as z29 } from "zod";
var options15 = z29.strictObject({
  milestones: z29.array(duration).default(["50%", "75%"]).describe("times of the cuts, counted from the start"),
  gamma: z29.number().positive().max(1).default(0.1).describe("factor of each cut")
});
var multistep = {
  title: "multi-step",
  citations: ["torch.optim.lr_scheduler.MultiStepLR"],
  options: options15,
  plan: ({ milestones, gamma }, horizon) => {
    const times = milestones.map((milestone) => inSteps(milestone, horizon));
    return fixed((step3) => ({ rateFactor: gamma ** times.filter((time) => step3 >= time).length }));
  }
};

// src/training/schedules/one-cycle.ts
import { z as z30 } from "zod";
var options16 = z30.strictObject({
  rise: duration.default("30%").describe("length of the rise to the full rate"),
  anneal: z30.enum(["cosine", "linear"]).default("cosine").describe("form of rise and fall"),
  divide: z30.number().min(1).default(25).describe("the first rate is the full rate divided by this"),
  divideFinal: z30.number().min(1).default(1e4).describe("the last rate is the first rate divided by this"),
  threePhase: z30.boolean().default(false).describe("fall as long as the rise, then go on to the last rate"),
  momentum: momentumRange.default({ low: 0.85, high: 0.95 }).describe("range of the momentum, which falls while the rate rises; false leaves it alone")
});
var oneCycle = {
  title: "one cycle",
  citations: [
    "Smith, Topin 2018, Super-convergence: very fast training of neural networks using large learning rates",
    "torch.optim.lr_scheduler.OneCycleLR"
  ],
  options: options16,
  plan: ({ rise, anneal, divide, divideFinal, threePhase, momentum }, horizon) => {
    const first2 = 1 / divide;
    const top = inSteps(rise, horizon) - 1;
    const last = Math.max(horizon.steps - 1, top);
    const points = [
      { step: 0, rate: first2, share: 0 },
      { step: Math.max(0, top), rate: 1, share: 1 },
      ...threePhase ? [{ step: Math.min(2 * top, last), rate: first2, share: 0 }] : [],
      { step: last, rate: first2 / divideFinal, share: 0 }
    ];
    return fixed((step3) => {
      const next = Math.max(
        1,
        points.findIndex((point) => step3 <= point.step)
      );
      const [from, to] = step3 > last ? [points.at(-1), points.at(-1)] : [points[next - 1], points[next]];
      const length = to.step - from.step;
      const straight = length > 0 ? (step3 - from.step) / length : 1;
      const way = anneal === "linear" ? straight : (1 - Math.cos(Math.PI * straight)) / 2;
      return {
        rateFactor: from.rate + (to.rate - from.rate) * way,
        ...movedMomentum(momentum, from.share + (to.share - from.share) * way)
      };
    });
  }
};

// src/training/schedules/polynomial.ts
import { z as z31 } from "zod";
var options17 = z31.strictObject({
  power: z31.number().positive().default(1).describe("1 is a straight line"),
  floor: z31.number().min(0).max(1).default(0).describe("factor of the learning rate in the end"),
  over: duration.default("100%").describe("length of the fall; the floor holds afterwards")
});
var polynomial = {
  title: "polynomial",
  citations: ["torch.optim.lr_scheduler.PolynomialLR, to which the floor is added"],
  options: options17,
  plan: ({ power, floor, over }, horizon) => {
    const end = inSteps(over, horizon);
    return fixed((step3) => ({
      rateFactor: step3 < end ? floor + (1 - floor) * (1 - step3 / end) ** power : floor
    }));
  }
};

// src/training/schedules/reduce-on-plateau.ts
import { z as z33 } from "zod";

// src/training/improvement.ts
import { z as z32 } from "zod";
function toleranceShape(standard) {
  return {
    tolerance: z32.number().min(0).default(standard).describe("an improvement by no more than this is none"),
    toleranceKind: z32.enum(["relative", "absolute"]).default("relative").describe("whether the tolerance is a part of the best value or in the value's unit"),
    direction: z32.enum(["lower", "higher"]).default("lower").describe("which values are better")
  };
}
function improves(value, best, rule) {
  if (!Number.isFinite(value)) return false;
  if (best === null) return true;
  const margin = rule.toleranceKind === "relative" ? rule.tolerance * Math.abs(best) : rule.tolerance;
  return rule.direction === "lower" ? value < best - margin : value > best + margin;
}

// src/training/schedules/reduce-on-plateau.ts
var options18 = z33.strictObject({
  factor: z33.number().positive().lt(1).default(0.1).describe("factor of each cut"),
  patience: z33.int().min(0).default(10).describe("looks without improvement that are let pass"),
  cooldown: z33.int().min(0).default(0).describe("looks after a cut that do not count"),
  floor: z33.number().min(0).max(1).default(0).describe("factor below which the rate is not cut"),
  smallestCut: z33.number().min(0).default(1e-8).describe("a cut by no more than this is left out"),
  ...toleranceShape(1e-4)
});
var reduceOnPlateau = {
  title: "reduce on plateau",
  citations: ["torch.optim.lr_scheduler.ReduceLROnPlateau"],
  options: options18,
  plan: (given) => ({
    setting: (_, state) => ({ rateFactor: numberOf(state, "rateFactor") }),
    start: { rateFactor: 1, best: null, badLooks: 0, cooldown: 0 },
    observe: (state, validation) => nextState(given, state, validation)
  })
};
function nextState(given, state, validation) {
  const improved = improves(validation, state.best ?? null, given);
  const best = improved ? validation : state.best ?? null;
  const cooling = numberOf(state, "cooldown") > 0;
  const badLooks = improved || cooling ? 0 : numberOf(state, "badLooks") + 1;
  const cooldown = Math.max(0, numberOf(state, "cooldown") - 1);
  const rateFactor = numberOf(state, "rateFactor");
  if (badLooks <= given.patience) return { rateFactor, best, badLooks, cooldown };
  const cut2 = Math.max(rateFactor * given.factor, given.floor);
  return {
    rateFactor: rateFactor - cut2 > given.smallestCut ? cut2 : rateFactor,
    best,
    badLooks: 0,
    cooldown: given.cooldown
  };
}
function numberOf(state, name) {
  return state[name] ?? 0;
}

// src/training/schedules/slanted-triangular.ts
import { z as z34 } from "zod";
var options19 = z34.strictObject({
  cutFraction: z34.number().positive().lt(1).default(0.1).describe("share of the updates in which the rate rises"),
  ratio: z34.number().min(1).default(32).describe("how much smaller the lowest rate is than the full one")
});
var slantedTriangular = {
  title: "slanted triangular",
  citations: ["Howard, Ruder 2018, Universal language model fine-tuning for text classification, equation 3"],
  options: options19,
  plan: ({ cutFraction, ratio }, horizon) => {
    const cut2 = Math.max(1, Math.floor(horizon.steps * cutFraction));
    return fixed((step3) => {
      const share2 = step3 < cut2 ? step3 / cut2 : 1 - (step3 - cut2) / (cut2 * (1 / cutFraction - 1));
      return { rateFactor: (1 + Math.max(0, share2) * (ratio - 1)) / ratio };
    });
  }
};

// src/training/schedules/step.ts
import { z as z35 } from "zod";
var options20 = z35.strictObject({
  every: duration.default("30%").describe("time between two cuts"),
  gamma: z35.number().positive().max(1).default(0.1).describe("factor of each cut")
});
var step2 = {
  title: "step",
  citations: ["torch.optim.lr_scheduler.StepLR"],
  options: options20,
  plan: ({ every, gamma }, horizon) => {
    const interval = Math.max(1, inSteps(every, horizon));
    return fixed((at2) => ({ rateFactor: gamma ** Math.floor(at2 / interval) }));
  }
};

// src/training/schedules/warm-restarts.ts
import { z as z36 } from "zod";
var options21 = z36.strictObject({
  first: duration.default("25%").describe("length of the first fall"),
  multiply: z36.number().min(1).default(1).describe("what each fall is longer than the one before by"),
  floor: z36.number().min(0).max(1).default(0).describe("factor of the learning rate at the end of each fall")
});
var warmRestarts = {
  title: "warm restarts",
  citations: [
    "Loshchilov, Hutter 2017, SGDR: stochastic gradient descent with warm restarts, equation 5",
    "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts"
  ],
  options: options21,
  plan: ({ first: first2, multiply, floor }, horizon) => {
    const shortest = Math.max(1, inSteps(first2, horizon));
    return fixed((step3) => {
      let [start, length] = [0, shortest];
      if (multiply === 1) start = Math.floor(step3 / length) * length;
      else
        while (step3 >= start + length) {
          start += length;
          length *= multiply;
        }
      return { rateFactor: floor + (1 - floor) * (1 + Math.cos(Math.PI * (step3 - start) / length)) / 2 };
    });
  }
};

// src/training/schedules/index.ts
var schedules = {
  constant: constant3,
  "linear-warmup": linearWarmup,
  linear: linear2,
  step: step2,
  multistep,
  exponential,
  polynomial,
  cosine,
  "warm-restarts": warmRestarts,
  "one-cycle": oneCycle,
  cyclical,
  "slanted-triangular": slantedTriangular,
  "inverse-square-root": inverseSquareRoot,
  "reduce-on-plateau": reduceOnPlateau
};

// src/training/schedules/schedule-spec.ts
var common2 = z37.strictObject({ warmup: warmup.optional() });
var scheduleSpec = specSchema(schedules, common2);
function createSchedule(spec, horizon, where3) {
  for (const [what, value] of Object.entries(horizon))
    if (!(value >= 0 && Number.isFinite(value)))
      throw new GraftError("invalid-value", {
        what: `a schedule's ${what}`,
        received: value,
        allowed: "a number of updates"
      });
  const table2 = schedules;
  const { entry, options: options22, common: shared2 } = resolveSpec("schedule", table2, common2, spec, where3);
  const plan = (length) => entry.plan(options22, length);
  return shared2.warmup === void 0 ? plan(horizon) : warmedUp(shared2.warmup, horizon, plan);
}

// src/study/recipe-spec.ts
var count = z38.int().min(1);
var positive = z38.number().positive();
var recipeSpec = z38.strictObject({
  name: z38.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, "letters, digits, dots, dashes and underscores"),
  description: z38.string().optional(),
  family: z38.enum(Object.keys(families)),
  model: z38.record(z38.string(), z38.unknown()).default({}).describe("options of the family"),
  data: dataSpec,
  values: imageValues.default({ binarise: 0.5 }).describe("for images: what pixels are"),
  tokenizer: tokenizerSpec.default("character"),
  windows: z38.enum(["examples", "random"]).default("examples").describe(
    "for running text: examples cut beforehand, or windows at random places drawn anew in each update"
  ),
  training: z38.strictObject({
    steps: count.optional(),
    epochs: count.optional().describe("instead of steps: passes over the training examples"),
    batch: count.default(64),
    learningRate: positive.default(1e-3),
    optimiser: optimiserSpec.default("adam"),
    schedule: scheduleSpec.default("constant"),
    looks: count.default(20).describe("looks at validation"),
    keep: z38.enum(["best", "last"]).default("best").describe("the weights of the best look, or those at the end")
  }),
  evaluation: z38.strictObject({
    part: z38.enum(["validation", "test"]).default("test"),
    importanceSamples: count.default(64),
    estimateBatches: count.optional().describe("also the mean loss of so many batches of random windows, as training programs print it")
  }).prefault({}),
  seeds: z38.union([count, z38.array(z38.int().min(0)).min(1)]).default(1)
});
function parseRecipe(value, where3) {
  return parseSpec(recipeSpec, value, where3);
}

// src/study/run-recipe.ts
import { join as join17 } from "node:path";

// src/random.ts
function stream(seed) {
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  return fromKey(low, high);
}
function fromKey(k0, k1) {
  const self = {
    child(name) {
      const [a, b] = hashName(String(name));
      const out2 = new Uint32Array(2);
      threefry(k0 ^ 2654435769, k1, a, b, out2, 0);
      return fromKey(out2[0], out2[1]);
    },
    uint32s(n) {
      const out2 = new Uint32Array(n + (n & 1));
      for (let i = 0; i < n; i += 2) threefry(k0, k1, i / 2, 0, out2, i);
      return n & 1 ? out2.subarray(0, n) : out2;
    },
    uniforms(n, out2 = new Float64Array(n)) {
      const bits = self.uint32s(n);
      if (out2 instanceof Float32Array) for (let i = 0; i < n; i++) out2[i] = (bits[i] >>> 8) / 2 ** 24;
      else for (let i = 0; i < n; i++) out2[i] = bits[i] / 2 ** 32;
      return out2;
    },
    normals(n, out2 = new Float64Array(n)) {
      const bits = self.uint32s(n + (n & 1));
      for (let i = 0; i < n; i += 2) {
        const radius = Math.sqrt(-2 * Math.log((bits[i] + 0.5) / 2 ** 32));
        const angle = 2 * Math.PI * bits[i + 1] / 2 ** 32;
        out2[i] = radius * Math.cos(angle);
        if (i + 1 < n) out2[i + 1] = radius * Math.sin(angle);
      }
      return out2;
    },
    integers(n, bound) {
      const bits = self.uint32s(n);
      const out2 = new Int32Array(n);
      for (let i = 0; i < n; i++) out2[i] = Math.floor(bits[i] / 2 ** 32 * bound);
      return out2;
    },
    permutation(n) {
      const bits = self.uint32s(n);
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(bits[i] / 2 ** 32 * (i + 1));
        const kept = order[i];
        order[i] = order[j];
        order[j] = kept;
      }
      return order;
    }
  };
  return self;
}
function threefry(k0, k1, c0, c1, out2, at2) {
  const k2 = 466688986 ^ k0 ^ k1;
  let x = c0 + k0 | 0;
  let y = c1 + k1 | 0;
  for (let block2 = 0; block2 < 5; block2++) {
    if ((block2 & 1) === 0) {
      x = x + y | 0;
      y = (y << 13 | y >>> 19) ^ x;
      x = x + y | 0;
      y = (y << 15 | y >>> 17) ^ x;
      x = x + y | 0;
      y = (y << 26 | y >>> 6) ^ x;
      x = x + y | 0;
      y = (y << 6 | y >>> 26) ^ x;
    } else {
      x = x + y | 0;
      y = (y << 17 | y >>> 15) ^ x;
      x = x + y | 0;
      y = (y << 29 | y >>> 3) ^ x;
      x = x + y | 0;
      y = (y << 16 | y >>> 16) ^ x;
      x = x + y | 0;
      y = (y << 24 | y >>> 8) ^ x;
    }
    const next = block2 + 1;
    x = x + (next % 3 === 0 ? k0 : next % 3 === 1 ? k1 : k2) | 0;
    y = y + ((next + 1) % 3 === 0 ? k0 : (next + 1) % 3 === 1 ? k1 : k2) + next | 0;
  }
  out2[at2] = x;
  out2[at2 + 1] = y;
}
function hashName(name) {
  let a = 3735928559;
  let b = 1103547991;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ a >>> 16, 2246822507) ^ Math.imul(b ^ b >>> 13, 3266489909);
  b = Math.imul(b ^ b >>> 16, 2246822507) ^ Math.imul(a ^ a >>> 13, 3266489909);
  return [a >>> 0, b >>> 0];
}

// src/data/content-hash.ts
import { createHash } from "node:crypto";
var cache = /* @__PURE__ */ new WeakMap();
function contentHash(set) {
  const known2 = cache.get(set);
  if (known2 !== void 0) return known2;
  const hash = createHash("sha256");
  const part = (name, bytes2) => hash.update(`${name} ${bytes2.byteLength}
`).update(bytes2);
  const strings = (name, values) => {
    hash.update(`${name} ${values.length}
`);
    for (const value of values) part("", Buffer.from(JSON.stringify(value)));
  };
  const integers = (name, values) => {
    const bytes2 = Buffer.alloc(values.length * 4);
    for (let i = 0; i < values.length; i++) bytes2.writeInt32LE(values[i], i * 4);
    part(name, bytes2);
  };
  if (set.kind === "image") {
    part(`image ${set.count}x${set.channels}x${set.height}x${set.width}`, set.pixels);
  } else {
    strings(`text ${set.unit}`, set.documents);
  }
  if (set.labels) {
    integers("labels", set.labels.values);
    strings("label names", set.labels.names);
  }
  for (const name of Object.keys(set.attributes ?? {}).sort()) {
    strings(`attribute ${JSON.stringify(name)}`, set.attributes[name]);
  }
  if (set.groups) strings("groups", set.groups);
  for (const split of splitNames) {
    const members = set.predefined?.[split];
    if (members) integers(`predefined ${split}`, members);
  }
  const digest = hash.digest("hex");
  cache.set(set, digest);
  return digest;
}

// src/data/load-data-set.ts
import { join as join14, resolve as resolve2 } from "node:path";

// src/formats/list-files.ts
import fs2 from "node:fs";
import { join as join2 } from "node:path";

// src/formats/bad-file.ts
function badFile(format11, path, problem, place = {}) {
  return new GraftError("bad-file", {
    path,
    format: format11,
    problem,
    ...place.offset === void 0 ? {} : { offset: place.offset },
    ...place.hint === void 0 ? {} : { hint: place.hint }
  });
}
function showShape(shape2) {
  return shape2.length === 0 ? "scalar" : shape2.map(showCount).join(" x ");
}
function showCount(n) {
  return n > Number.MAX_SAFE_INTEGER ? n.toExponential(1).replace("e+", "e") : n.toLocaleString("en-US", { maximumFractionDigits: 0 });
}
function quote(text2, limit = 60) {
  const cut2 = text2.length > limit ? `${text2.slice(0, limit)}\u2026` : text2;
  return `'${JSON.stringify(cut2).slice(1, -1).replaceAll('\\"', '"')}'`;
}

// src/formats/read-file-checked.ts
import { constants } from "node:buffer";
import fs from "node:fs";
import { dirname, join } from "node:path";
function readFileChecked(path, format11) {
  return withFile(path, format11, (read2, size3) => {
    if (size3 > constants.MAX_LENGTH)
      throw badFile(format11, path, `it has ${showCount(size3)} bytes, more than can be read at once`, {
        hint: `Split it into files of at most ${showCount(constants.MAX_LENGTH)} bytes.`
      });
    return read2(0, size3);
  });
}
function withFile(path, format11, use) {
  const file2 = openChecked(path, format11);
  try {
    return use((offset, length) => readRange(file2, path, format11, offset, length), fs.fstatSync(file2).size);
  } finally {
    fs.closeSync(file2);
  }
}
function openChecked(path, format11) {
  try {
    const stat = fs.statSync(path);
    if (stat.isDirectory())
      throw badFile(format11, path, "it is a folder, not a file", { hint: folderHint(path) });
    if (!stat.isFile()) throw badFile(format11, path, "it is not a regular file");
    return fs.openSync(path, "r");
  } catch (error) {
    if (error instanceof GraftError) throw error;
    throw readError(error, path, `${format11} file`);
  }
}
var largestRead = 1 << 30;
function readRange(file2, path, format11, offset, length) {
  const bytes2 = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    let count3;
    try {
      count3 = fs.readSync(file2, bytes2, done, Math.min(length - done, largestRead), offset + done);
    } catch (error) {
      throw readError(error, path, `${format11} file`);
    }
    if (count3 === 0) throw badFile(format11, path, "it became shorter while it was read");
    done += count3;
  }
  return bytes2;
}
function readError(error, path, what) {
  const code = error?.code;
  if (code === "ENOENT" || code === "ENOTDIR") {
    const near = nearestEntry(path);
    return new GraftError(
      "file-not-found",
      { path, what, ...near === void 0 ? {} : { hint: `Did you mean ${near}?` } },
      { cause: error }
    );
  }
  const hint = code === "EACCES" || code === "EPERM" ? "It is there, but you have no permission to read it." : `Reading it failed: ${code ?? String(error)}.`;
  return new GraftError("file-not-found", { path, what, hint }, { cause: error });
}
function nearestEntry(path) {
  try {
    const folder = dirname(path);
    const name = nearest(path.slice(path.lastIndexOf("/") + 1), fs.readdirSync(folder).slice(0, 1e3));
    return name === void 0 ? void 0 : join(folder, name);
  } catch {
    return void 0;
  }
}
function folderHint(path) {
  let first2;
  try {
    first2 = fs.readdirSync(path).sort()[0];
  } catch {
  }
  return first2 === void 0 ? "The folder is empty." : `Give a file in it, such as ${join(path, first2)}.`;
}

// src/formats/list-files.ts
var deepest = 64;
function listFiles(path, what) {
  const names2 = [];
  const visit = (folder, depth) => {
    if (depth > deepest)
      throw badFile(what, path, `folders are nested more than ${deepest} deep`, {
        offset: folder,
        hint: "Perhaps a link points back to a folder above it."
      });
    for (const entry of readFolder(join2(path, folder), what)) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (isLeftover(entry.name)) continue;
      const stat = entry.isSymbolicLink() ? statOf(join2(path, name)) : entry;
      if (stat?.isDirectory()) visit(name, depth + 1);
      else if (stat?.isFile()) names2.push(name);
    }
  };
  visit("", 0);
  return names2.sort();
}
function isLeftover(name) {
  return name.startsWith(".") || name === "__MACOSX" || name === "Thumbs.db" || name === "desktop.ini";
}
function isFolder(path) {
  return statOf(path)?.isDirectory() ?? false;
}
function readFolder(path, what) {
  try {
    return fs2.readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR" && statOf(path) !== void 0)
      throw badFile(what, path, "it is a file, not a folder");
    throw readError(error, path, what);
  }
}
function statOf(path) {
  return fs2.statSync(path, { throwIfNoEntry: false });
}

// src/formats/resize-image.ts
function resizePlane(plane, columns, rows, region, width, height) {
  const across = tapsOf(columns, region.left, region.width, width);
  const down = tapsOf(rows, region.top, region.height, height);
  const firstRow = Math.min(...down.map(({ start }) => start));
  const lastRow = Math.max(...down.map(({ start, weights }) => start + weights.length));
  const middle = new Float32Array((lastRow - firstRow) * width);
  for (let y = firstRow; y < lastRow; y++)
    for (let x = 0; x < width; x++) {
      const { start, weights } = across[x];
      let sum2 = 0;
      for (let i = 0; i < weights.length; i++) sum2 += weights[i] * plane[y * columns + start + i];
      middle[(y - firstRow) * width + x] = sum2;
    }
  const out2 = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const { start, weights } = down[y];
    for (let x = 0; x < width; x++) {
      let sum2 = 0;
      for (let i = 0; i < weights.length; i++)
        sum2 += weights[i] * middle[(start - firstRow + i) * width + x];
      out2[y * width + x] = sum2;
    }
  }
  return out2;
}
var support = 2;
function tapsOf(size3, from, extent, count3) {
  const scale2 = extent / count3;
  const widening = Math.max(1, scale2);
  return Array.from({ length: count3 }, (_, i) => {
    const center = from + (i + 0.5) * scale2;
    const start = Math.max(0, Math.floor(center - support * widening + 0.5));
    const end = Math.min(size3, Math.floor(center + support * widening + 0.5));
    const weights = Float64Array.from(
      { length: end - start },
      (_2, tap) => bicubic((start + tap - center + 0.5) / widening)
    );
    const sum2 = weights.reduce((a, b) => a + b, 0);
    return { start, weights: weights.map((weight) => weight / sum2) };
  });
}
function bicubic(x) {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

// src/formats/fit-picture.ts
function fitPicture(picture, shape2, fit, background) {
  const { channels, height, width } = shape2;
  const out2 = new Uint8Array(channels * height * width);
  const region = regionOf(picture, shape2, fit);
  const inner = fit === "contain" ? innerSize(picture, shape2) : { height, width };
  const top = Math.floor((height - inner.height) / 2);
  const left = Math.floor((width - inner.width) / 2);
  for (let channel = 0; channel < channels; channel++) {
    const plane = planeOf(picture, channels, channel);
    const same2 = region.width === inner.width && region.height === inner.height && region.width === picture.width && region.height === picture.height;
    const resized = same2 ? plane : resizePlane(plane, picture.width, picture.height, region, inner.width, inner.height);
    const target = out2.subarray(channel * height * width, (channel + 1) * height * width);
    if (fit === "contain") target.fill(toByte(channels === 3 ? background[channel] : greyOf(...background)));
    for (let y = 0; y < inner.height; y++)
      for (let x = 0; x < inner.width; x++)
        target[(top + y) * width + left + x] = toByte(resized[y * inner.width + x]);
  }
  return out2;
}
function patchGrid(picture, side) {
  return [Math.floor(picture.height / side), Math.floor(picture.width / side)];
}
function cutPatches(picture, side, channels) {
  const [rows, columns] = patchGrid(picture, side);
  const area = side * side;
  const out2 = new Uint8Array(rows * columns * channels * area);
  for (let channel = 0; channel < channels; channel++) {
    const plane = planeOf(picture, channels, channel);
    for (let patch = 0; patch < rows * columns; patch++) {
      const top = Math.floor(patch / columns) * side;
      const left = patch % columns * side;
      const base = (patch * channels + channel) * area;
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++)
          out2[base + y * side + x] = toByte(plane[(top + y) * picture.width + left + x]);
    }
  }
  return out2;
}
function greyOf(red, green, blue) {
  return (299 * red + 587 * green + 114 * blue) / 1e3;
}
function planeOf({ data, height, width, white }, channels, channel) {
  const plane = new Float32Array(height * width);
  const scale2 = 255 / white;
  for (let i = 0; i < plane.length; i++)
    plane[i] = scale2 * (channels === 3 ? data[3 * i + channel] : greyOf(data[3 * i], data[3 * i + 1], data[3 * i + 2]));
  return plane;
}
function regionOf({ height, width }, shape2, fit) {
  const whole = { left: 0, top: 0, width, height };
  if (fit !== "cover") return whole;
  const aspect = shape2.width / shape2.height;
  if (width > height * aspect) {
    const part2 = height * aspect;
    return { ...whole, left: (width - part2) / 2, width: part2 };
  }
  const part = width / aspect;
  return { ...whole, top: (height - part) / 2, height: part };
}
function innerSize({ height, width }, shape2) {
  const scale2 = Math.min(shape2.height / height, shape2.width / width);
  return {
    height: Math.max(1, Math.round(height * scale2)),
    width: Math.max(1, Math.round(width * scale2))
  };
}
function toByte(value) {
  return Math.max(0, Math.min(255, Math.round(value)));
}

// src/data/reshape-images.ts
function reshapeImages(set, change) {
  const { height = set.height, width = set.width, fit = "cover" } = change;
  const channels = change.channels ?? set.channels;
  if (height === set.height && width === set.width && channels === set.channels) return set;
  let out2 = set;
  if (channels !== set.channels) {
    const step3 = channels === 1 ? "colour to grey (BT.601 luma)" : "grey to RGB";
    out2 = withStep(fitAll(out2, out2.height, out2.width, channels, "fill"), step3);
  }
  if (height === set.height && width === set.width) return out2;
  const resized = fit === "pad" ? pad2(out2, height, width) : fitAll(out2, height, width, channels, fit);
  const how = fit === "pad" ? "padded with 0" : `${fit}, antialiased bicubic`;
  return withStep(resized, `resized ${set.height}x${set.width} to ${height}x${width} (${how})`);
}
function invertImages(set) {
  return withStep({ ...set, pixels: set.pixels.map((v) => 255 - v) }, "inverted");
}
function fitAll(set, height, width, channels, fit) {
  const area = set.height * set.width;
  const size3 = channels * height * width;
  const pixels2 = new Uint8Array(set.count * size3);
  const data = new Uint8Array(area * 3);
  for (let i = 0; i < set.count; i++) {
    const image = imageAt(set, i);
    for (let p = 0; p < area; p++) {
      for (let c = 0; c < 3; c++) data[3 * p + c] = image[(set.channels === 3 ? c * area : 0) + p];
    }
    const picture = { width: set.width, height: set.height, white: 255, data };
    pixels2.set(fitPicture(picture, { channels, height, width }, fit, [0, 0, 0]), i * size3);
  }
  return { ...set, channels, height, width, pixels: pixels2 };
}
function pad2(set, height, width) {
  if (set.height > height || set.width > width) {
    throw new GraftError("invalid-value", {
      what: "image size for fit 'pad'",
      received: [height, width],
      allowed: `at least the images' own size, [${set.height}, ${set.width}]`,
      hint: "Another fit ('cover', 'contain', 'fill') makes images smaller."
    });
  }
  const top = Math.floor((height - set.height) / 2);
  const left = Math.floor((width - set.width) / 2);
  const planes = set.count * set.channels;
  const pixels2 = new Uint8Array(planes * height * width);
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < set.height; y++) {
      const from = (plane * set.height + y) * set.width;
      pixels2.set(set.pixels.subarray(from, from + set.width), (plane * height + top + y) * width + left);
    }
  }
  return { ...set, height, width, pixels: pixels2 };
}

// src/data/resolve-data-spec.ts
function resolveDataSpec(spec, where3) {
  const long = longForm(spec);
  return "dataset" in long ? parseSpec(namedDataSpec, long, where3) : parseSpec(ownDataSpec, long, where3);
}
function resolveDataSource(source, where3) {
  const long = longForm(source);
  return "dataset" in long ? parseSpec(namedData, long, where3) : parseSpec(ownData, long, where3);
}
function longForm(spec) {
  if (typeof spec !== "string") return spec;
  if (/^(\.{1,2}[/\\]|[/\\~]|[A-Za-z]:[/\\])|^\.{1,2}$/.test(spec)) return { path: spec };
  const slash = spec.indexOf("/");
  return slash < 0 ? { dataset: spec } : { dataset: spec.slice(0, slash), select: spec.slice(slash + 1) };
}

// src/data/select-items.ts
function attributesOf(set) {
  const { labels } = set;
  return {
    ...set.attributes,
    ...labels && { label: Array.from(labels.values, (v) => v < 0 ? "" : labels.names[v]) }
  };
}
function selectItems(set, selection2, where3) {
  const attributes = attributesOf(set);
  const place = where3 === void 0 ? {} : { where: where3 };
  const wanted = typeof selection2 === "string" ? { [attributeWith(selection2, attributes, set, where3)]: selection2 } : selection2;
  const tests = Object.entries(wanted).map(([name, values]) => {
    if (!Object.hasOwn(attributes, name)) {
      throw new GraftError("unknown-name", {
        kind: `attribute of ${set.name}`,
        received: name,
        allowed: Object.keys(attributes),
        ...place
      });
    }
    const present = valuesOf(attributes[name]);
    const list = (Array.isArray(values) ? values : [values]).map(String);
    for (const value of list) {
      if (present.includes(value)) continue;
      throw new GraftError("unknown-name", {
        kind: `${name} of ${set.name}`,
        received: value,
        allowed: present,
        ...place
      });
    }
    const accepted = new Set(list);
    return (i) => accepted.has(attributes[name][i]);
  });
  const kept = [];
  for (let i = 0; i < set.count; i++) if (tests.every((accepts) => accepts(i))) kept.push(i);
  const words2 = Object.entries(wanted).map(([name, values]) => `${name} = ${Array.isArray(values) ? values.join(" or ") : values}`).join(", ");
  if (kept.length === 0) {
    throw new GraftError("bad-data", {
      what: `data set ${set.name}`,
      problem: `no item has ${words2}`,
      ...place
    });
  }
  return subset(set, kept, `selected ${words2}`);
}
function attributeWith(value, attributes, set, where3) {
  const names2 = Object.keys(attributes).filter((name) => attributes[name].includes(value));
  const choices = names2.map((name) => attributes[name].map((other) => other === value).join());
  if (new Set(choices).size === 1) return names2[0];
  if (names2.length > 1) {
    throw new GraftError("invalid-value", {
      what: `selection from ${set.name}`,
      received: value,
      allowed: `one attribute's value; it is one of ${names2.join(" and ")}: write select: { ${names2[0]}: ${value} }`,
      ...where3 === void 0 ? {} : { where: where3 }
    });
  }
  const all = [...new Set(Object.values(attributes).flatMap(valuesOf))];
  const near = nearest(value, all);
  throw new GraftError("unknown-name", {
    kind: `part of ${set.name}`,
    received: value,
    allowed: all.length <= 40 ? all : near === void 0 ? all.slice(0, 40) : [near, ...all.slice(0, 39)],
    ...where3 === void 0 ? {} : { where: where3 }
  });
}
function valuesOf(values) {
  return [...new Set(values)].filter((value) => value !== "").sort();
}

// src/data/sources/named-sets.ts
import { join as join12 } from "node:path";

// src/data/built-in-file.ts
import { createHash as createHash2 } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname as dirname2, join as join3 } from "node:path";
import { fileURLToPath } from "node:url";

// src/formats/gunzip-checked.ts
import { constants as constants2, gunzipSync } from "node:zlib";
function isGzip(bytes2) {
  return bytes2[0] === 31 && bytes2[1] === 139;
}
function gunzipChecked(bytes2, maxBytes, format11, path) {
  try {
    return gunzipSync(bytes2, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    throw gzipError(error, bytes2, maxBytes, format11, path);
  }
}
function gunzipHead(bytes2, want, format11, path) {
  try {
    return gunzipSync(bytes2.subarray(0, 1024 + want), { finishFlush: constants2.Z_SYNC_FLUSH });
  } catch (error) {
    throw gzipError(error, bytes2, 0, format11, path);
  }
}
function gzipError(error, bytes2, maxBytes, format11, path) {
  const code = error.code;
  const place = { offset: "gzip data", hint: "It is probably an incomplete download: fetch it again." };
  if (code === "ERR_BUFFER_TOO_LARGE")
    return badFile(
      format11,
      path,
      `the gzip data decompress to more than the ${showCount(maxBytes)} bytes expected`,
      {
        ...place,
        hint: "Where you trust it, unpack it yourself: gunzip."
      }
    );
  if (code === "Z_BUF_ERROR")
    return badFile(
      format11,
      path,
      `the gzip data end too early, after ${showCount(bytes2.length)} bytes`,
      place
    );
  return badFile(format11, path, "the gzip data are damaged", place);
}

// src/data/built-in-file.ts
var largest = 64 * 1024 * 1024;
function packageFolder(url) {
  const start = dirname2(fileURLToPath(url));
  let folder = start;
  while (!existsSync(join3(folder, "package.json"))) {
    const above = dirname2(folder);
    if (above === folder) {
      throw new GraftError("file-not-found", {
        path: join3(start, "package.json"),
        what: "Graft's package folder (there is no package.json above the program)",
        hint: "Keep dist/ and data/ together, as npm installs them."
      });
    }
    folder = above;
  }
  return folder;
}
var remedy = "The file comes with the package: install the package again.";
function readBuiltInFile(name, sha2564, folder = packageFolder(import.meta.url)) {
  const path = join3(folder, "data", name);
  if (!existsSync(path)) {
    throw new GraftError("file-not-found", { path, what: "built-in data file", hint: remedy });
  }
  const bytes2 = readFileChecked(path, "built-in data");
  const actual = createHash2("sha256").update(bytes2).digest("hex");
  if (actual !== sha2564) {
    throw badFile("built-in data", path, `its SHA-256 is ${actual}, not ${sha2564}`, { hint: remedy });
  }
  return {
    content: gunzipChecked(bytes2, largest, "built-in data", path),
    file: { path: `data/${name}`, sha256: sha2564 }
  };
}

// src/data/glyphs.ts
var sha256 = "ef8aa809ac95d594167ffcf665bf06efb9eec4e685ca7270c910b0237b42f2a1";
function glyphs(folder) {
  const { content, file: file2 } = readBuiltInFile("glyphs.gz", sha256, folder);
  const { header, face, character, pixels: pixels2 } = decode(content);
  const names2 = Object.values(header.alphabets).flatMap((alphabet) => [...alphabet]);
  const scripts = Object.entries(header.alphabets).flatMap(
    ([script, alphabet]) => Array.from(alphabet, () => script)
  );
  const cases = names2.map(
    (name) => /\p{Lu}/u.test(name) ? "upper" : /\p{Ll}/u.test(name) ? "lower" : "digit"
  );
  const ofCharacter = (values) => Array.from(character, (c) => values[c]);
  const ofFace = (values) => Array.from(face, (f) => values[f]);
  return {
    kind: "image",
    name: "glyphs",
    count: header.count,
    channels: 1,
    height: header.height,
    width: header.width,
    pixels: pixels2,
    labels: { values: Int32Array.from(character), names: names2 },
    attributes: {
      character: ofCharacter(names2),
      case: ofCharacter(cases),
      script: ofCharacter(scripts),
      style: ofFace(header.faces.map((f) => f.style)),
      family: ofFace(header.faces.map((f) => f.family)),
      weight: ofFace(header.faces.map((f) => f.weight))
    },
    groups: ofFace(header.faces.map((f) => f.group)),
    licence: "Pictures of typefaces under the SIL Open Font License 1.1 and the Apache License 2.0: data/NOTICE.md",
    provenance: { files: [file2], steps: [] }
  };
}
function decode(content) {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const headerLength = view.getUint32(0, true);
  const header = JSON.parse(Buffer.from(content.subarray(4, 4 + headerLength)).toString());
  const { count: count3, height, width } = header;
  let at2 = 4 + headerLength;
  const integers = () => {
    const values = Uint16Array.from({ length: count3 }, (_, i) => view.getUint16(at2 + 2 * i, true));
    at2 += 2 * count3;
    return values;
  };
  const face = integers();
  const character = integers();
  const boxes = content.subarray(at2, at2 + 4 * count3);
  at2 += 4 * count3;
  const pixels2 = new Uint8Array(count3 * height * width);
  for (let i = 0; i < count3; i++) {
    const [top, left, boxHeight, boxWidth] = [
      boxes[4 * i],
      boxes[4 * i + 1],
      boxes[4 * i + 2],
      boxes[4 * i + 3]
    ];
    for (let row = 0; row < boxHeight; row++) {
      const to = (i * height + top + row) * width + left;
      for (let column = 0; column < boxWidth; column++) pixels2[to + column] = content[at2++];
    }
  }
  return { header, face, character, pixels: pixels2 };
}

// src/data/names.ts
var sha2562 = "1b922de0362ab86df068952307574ebb1f276d494c56a517aeb1c60fd5145f9b";
function names(folder) {
  const { content, file: file2 } = readBuiltInFile("names.json.gz", sha2562, folder);
  const { items } = JSON.parse(Buffer.from(content).toString());
  const documents2 = [];
  const language = [];
  const kind = [];
  for (const [languageName, kinds2] of Object.entries(items)) {
    for (const [kindName, list] of Object.entries(kinds2)) {
      for (const name of list) {
        documents2.push(name);
        language.push(languageName);
        kind.push(kindName);
      }
    }
  }
  return {
    kind: "text",
    name: "names",
    unit: "item",
    count: documents2.length,
    documents: documents2,
    attributes: { language, kind },
    licence: "MIT (lists of @faker-js/faker): data/NOTICE.md",
    provenance: { files: [file2], steps: [] }
  };
}

// src/data/sources/array-folder.ts
import { basename as basename3, join as join6 } from "node:path";

// src/formats/decompression-limit.ts
var alwaysAllowed = 64 * 2 ** 20;
var largestRatio = 200;
function decompressionLimit(compressed) {
  return Math.max(alwaysAllowed, largestRatio * compressed);
}

// src/formats/half-precision.ts
function halfToFloat32(bits) {
  const out2 = new Float32Array(bits.length);
  const words2 = new Uint32Array(out2.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half2 = bits[i];
    const sign2 = (half2 & 32768) << 16;
    const exponent = half2 >> 10 & 31;
    const fraction3 = half2 & 1023;
    if (exponent === 0) out2[i] = (sign2 === 0 ? 1 : -1) * fraction3 * 2 ** -24;
    else words2[i] = sign2 | (exponent === 31 ? 255 : exponent + 112) << 23 | fraction3 << 13;
  }
  return out2;
}
function bfloat16ToFloat32(bits) {
  const out2 = new Float32Array(bits.length);
  const words2 = new Uint32Array(out2.buffer);
  for (let i = 0; i < bits.length; i++) words2[i] = bits[i] << 16;
  return out2;
}

// src/formats/numeric-array.ts
var dtypes = {
  bool: { bytes: 1, array: Uint8Array },
  uint8: { bytes: 1, array: Uint8Array },
  int8: { bytes: 1, array: Int8Array },
  uint16: { bytes: 2, array: Uint16Array },
  int16: { bytes: 2, array: Int16Array },
  uint32: { bytes: 4, array: Uint32Array },
  int32: { bytes: 4, array: Int32Array },
  uint64: { bytes: 8, array: BigUint64Array },
  int64: { bytes: 8, array: BigInt64Array },
  float16: { bytes: 2, array: Uint16Array },
  bfloat16: { bytes: 2, array: Uint16Array },
  float32: { bytes: 4, array: Float32Array },
  float64: { bytes: 8, array: Float64Array }
};
function elementCount(shape2) {
  return shape2.includes(0) ? 0 : shape2.reduce((product3, size3) => product3 * size3, 1);
}
var hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
function decodeNumbers(bytes2, offset, count3, dtype, littleEndian) {
  const { bytes: size3, array } = dtypes[dtype];
  const copy = new Uint8Array(count3 * size3);
  copy.set(bytes2.subarray(offset, offset + count3 * size3));
  if (littleEndian !== hostIsLittleEndian) swapBytes(copy, size3);
  if (dtype === "bool") for (let i = 0; i < count3; i++) copy[i] = copy[i] === 0 ? 0 : 1;
  return new array(copy.buffer, 0, count3);
}
function encodeNumbers(array, littleEndian = true) {
  const { data } = array;
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (littleEndian === hostIsLittleEndian) return view;
  const copy = view.slice();
  swapBytes(copy, data.BYTES_PER_ELEMENT);
  return copy;
}
function swapBytes(bytes2, size3) {
  const buffer = Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  if (size3 === 2) buffer.swap16();
  else if (size3 === 4) buffer.swap32();
  else if (size3 === 8) buffer.swap64();
}
function toFloat32({ dtype, data }) {
  if (data instanceof Float32Array) return data;
  if (dtype === "float16") return halfToFloat32(data);
  if (dtype === "bfloat16") return bfloat16ToFloat32(data);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  return Float32Array.from(data);
}
function toFloat64(array) {
  const { dtype, data } = array;
  if (data instanceof Float64Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  return Float64Array.from(dtype === "float16" || dtype === "bfloat16" ? toFloat32(array) : data);
}
function toInt32(array, what) {
  const out2 = new Int32Array(array.data.length);
  const values = array.dtype === "float16" || array.dtype === "bfloat16" ? toFloat32(array) : array.data;
  for (let i = 0; i < out2.length; i++) {
    const value = Number(values[i]);
    out2[i] = value;
    if (out2[i] !== value)
      throw new GraftError("bad-data", {
        what,
        problem: `item ${i} is ${value}, which is not a whole number between -2147483648 and 2147483647`
      });
  }
  return out2;
}

// src/formats/sniff-content.ts
var pickleHint = `Graft does not read pickles, because reading one runs code. Convert it where you trust it: python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('in.pt', weights_only=True), 'out.safetensors')" for weights, or numpy.savez('out.npz', images=\u2026, labels=\u2026) for arrays.`;
var imageUse = "Images are read from a folder, a zip or one file: choose that format.";
var contents = {
  empty: { label: "an empty file" },
  gzip: { label: "gzip-compressed data", use: "Unpack it first: gunzip in.gz." },
  zip: { label: "a zip archive", use: "It can be read as npz or as a zip of images: choose that format." },
  npy: { label: "a NumPy array (npy)", use: "It can be read as npy: choose that format." },
  parquet: { label: "a parquet table", use: "It can be read as parquet: choose that format." },
  hdf5: {
    label: "an HDF5 file",
    hint: `Convert it: python -c "import h5py, numpy; f = h5py.File('in.h5'); numpy.savez('out.npz', **{k: f[k][()] for k in f})".`
  },
  matlab: {
    label: "a MATLAB file",
    hint: `Convert it: python -c "import scipy.io, numpy; m = scipy.io.loadmat('in.mat'); numpy.savez('out.npz', X=m['X'], y=m['y'])".`
  },
  torch: { label: "a PyTorch checkpoint (a zip around a Python pickle)", hint: pickleHint },
  pickle: { label: "a Python pickle", hint: pickleHint },
  png: { label: "a PNG image", use: imageUse },
  jpeg: { label: "a JPEG image", use: imageUse },
  gif: { label: "a GIF image", use: imageUse },
  webp: { label: "a WebP image", use: imageUse },
  tiff: { label: "a TIFF image", use: imageUse },
  bmp: {
    label: "a BMP image",
    hint: `Convert it: python -c "from PIL import Image; Image.open('in.bmp').save('out.png')".`
  },
  avif: { label: "an AVIF or HEIF image", use: imageUse },
  pdf: { label: "a PDF document", hint: "Convert it to plain text: pdftotext in.pdf out.txt." },
  tar: { label: "a tar archive", hint: "Unpack it and give the folder." },
  "7z": { label: "a 7z archive", hint: "Unpack it and give the folder." },
  rar: { label: "a rar archive", hint: "Unpack it and give the folder." },
  xz: { label: "xz-compressed data", hint: "Unpack it first: xz -d in.xz." },
  zstd: { label: "zstd-compressed data", hint: "Unpack it first: zstd -d in.zst." },
  bzip2: { label: "bzip2-compressed data", hint: "Unpack it first: bzip2 -d in.bz2." },
  "git-lfs": {
    label: "a Git LFS pointer, not the data itself",
    hint: "Fetch the data: git lfs pull."
  },
  html: { label: "an HTML page", hint: "Perhaps a download stored an error page: download it again." },
  svg: { label: "an SVG drawing" },
  safetensors: { label: "a safetensors file", use: "It can be read as safetensors: choose that format." },
  idx: { label: "an IDX file", use: "It can be read as idx: choose that format." },
  midi: { label: "a MIDI file" },
  text: { label: "text", use: "It can be read as text or jsonl: choose that format." },
  binary: { label: "unknown binary data" }
};
function sniffContent(bytes2) {
  const kind = kindOf(bytes2);
  return { kind, ...contents[kind] };
}
function kindOf(bytes2) {
  if (bytes2.length === 0) return "empty";
  const head = Buffer.from(bytes2.buffer, bytes2.byteOffset, Math.min(bytes2.length, 512));
  const starts = (signature, at2 = 0) => head.subarray(at2, at2 + signature.length).equals(Buffer.from(signature, "latin1"));
  if (starts("\x8B")) return "gzip";
  if (starts("PK") && head.length >= 30)
    return head.subarray(30, 30 + head.readUInt16LE(26)).toString("latin1").endsWith("/data.pkl") ? "torch" : "zip";
  if (starts("PK")) return "zip";
  if (starts("\x93NUMPY")) return "npy";
  if (starts("PAR1")) return "parquet";
  if (starts("\x89HDF\r\n\n")) return "hdf5";
  if (starts("MATLAB 5.0")) return "matlab";
  if (starts("\x89PNG\r\n\n")) return "png";
  if (starts("\xFF\xD8\xFF")) return "jpeg";
  if (starts("GIF87a") || starts("GIF89a")) return "gif";
  if (starts("RIFF") && starts("WEBP", 8)) return "webp";
  if (starts("II*\0") || starts("MM\0*")) return "tiff";
  if (starts("BM") && head.length >= 14 && head.readUInt32LE(6) === 0) return "bmp";
  if (starts("ftyp", 4)) return "avif";
  if (starts("%PDF-")) return "pdf";
  if (starts("ustar", 257)) return "tar";
  if (starts("7z\xBC\xAF'")) return "7z";
  if (starts("Rar!")) return "rar";
  if (starts("\xFD7zXZ\0")) return "xz";
  if (starts("(\xB5/\xFD")) return "zstd";
  if (starts("BZh")) return "bzip2";
  if (starts("MThd")) return "midi";
  if (starts("version https://git-lfs")) return "git-lfs";
  if (head[0] === 128 && head[1] >= 2 && head[1] <= 5) return "pickle";
  if (head.length > 8 && head[8] === 123 && head.readUInt32LE(4) === 0) return "safetensors";
  if (head[0] === 0 && head[1] === 0 && idxTypes.has(head[2]) && head[3] >= 1 && head[3] <= 16)
    return "idx";
  const beginning = head.toString("latin1").trimStart().slice(0, 200).toLowerCase();
  if (beginning.startsWith("<!doctype html") || beginning.startsWith("<html")) return "html";
  if (beginning.startsWith("<svg") || beginning.startsWith("<?xml") && beginning.includes("<svg"))
    return "svg";
  return head.includes(0) ? "binary" : "text";
}
var idxTypes = /* @__PURE__ */ new Set([8, 9, 11, 12, 13, 14]);

// src/formats/wrong-content.ts
function wrongContent(format11, path, rule, bytes2, content = sniffContent(bytes2)) {
  if (content.kind === "empty")
    return badFile(format11, path, "it is empty", { offset: "byte 0", hint: "Write or fetch it again." });
  const hint = content.hint ?? content.use;
  return badFile(format11, path, `${rule}, but is ${content.label}`, {
    offset: "byte 0",
    ...hint === void 0 ? {} : { hint }
  });
}

// src/formats/idx.ts
var format = "IDX";
var types = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64"
};
function readIdx(bytes2, path) {
  if (!isGzip(bytes2)) return decode2(bytes2, readHeader(bytes2, path), path);
  const header = readHeader(gunzipHead(bytes2, longestHeader, format, path), path);
  const limit = decompressionLimit(bytes2.length);
  if (header.total > limit)
    throw badFile(
      format,
      path,
      `its header announces ${showShape(header.shape)} ${header.dtype} values (${showCount(header.total)} bytes); ${showCount(bytes2.length)} gzip bytes may hold at most ${showCount(limit)}`,
      { offset: "byte 4", hint: "Where you trust it, unpack it yourself: gunzip." }
    );
  return decode2(gunzipChecked(bytes2, header.total, format, path), header, path);
}
var longestHeader = 4 + 4 * 255;
function readHeader(bytes2, path) {
  if (bytes2.length < 4 || bytes2[0] !== 0 || bytes2[1] !== 0)
    throw wrongContent(format, path, "it must start with two zero bytes", bytes2);
  const dtype = types[bytes2[2]];
  if (dtype === void 0)
    throw badFile(format, path, `its element type is 0x${bytes2[2].toString(16).padStart(2, "0")}`, {
      offset: "byte 2",
      hint: "Allowed: 0x08 (uint8), 0x09 (int8), 0x0b (int16), 0x0c (int32), 0x0d (float32), 0x0e (float64)."
    });
  const axes = bytes2[3];
  if (axes === 0)
    throw badFile(format, path, "it has no axes", { offset: "byte 3", hint: "At least one is needed." });
  const length = 4 + 4 * axes;
  if (bytes2.length < length)
    throw badFile(
      format,
      path,
      `its header of ${axes === 1 ? "1 axis" : `${axes} axes`} needs ${length} bytes, but there are ${bytes2.length}`,
      { offset: "byte 4" }
    );
  const view = new DataView(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  const shape2 = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { dtype, shape: shape2, length, total: length + elementCount(shape2) * dtypes[dtype].bytes };
}
function decode2(bytes2, { dtype, shape: shape2, length, total }, path) {
  if (bytes2.length !== total)
    throw badFile(
      format,
      path,
      `its header announces ${showShape(shape2)} ${dtype} values (${showCount(total - length)} bytes), but ${showCount(bytes2.length - length)} bytes follow`,
      {
        offset: `byte ${length}`,
        ...bytes2.length < total ? { hint: "It is probably an incomplete download: fetch it again." } : {}
      }
    );
  return { dtype, shape: shape2, data: decodeNumbers(bytes2, length, elementCount(shape2), dtype, false) };
}

// src/formats/atomic-file.ts
import fs3 from "node:fs";
import { basename, dirname as dirname3, join as join4 } from "node:path";
var counter = 0;
function writeFileAtomic(path, content) {
  const folder = dirname3(path);
  let temporary;
  let file2;
  try {
    [file2, temporary] = createTemporary(path);
    const parts = typeof content === "string" ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content;
    for (const part of parts) writeAll(file2, part);
    fs3.fsyncSync(file2);
    fs3.closeSync(file2);
    file2 = void 0;
    fs3.renameSync(temporary, path);
    temporary = void 0;
    syncFolder(folder);
  } catch (error) {
    if (file2 !== void 0) attempt(() => fs3.closeSync(file2));
    if (temporary !== void 0) attempt(() => fs3.unlinkSync(temporary));
    throw writeError(error, path);
  }
}
function makeFolder(path) {
  try {
    fs3.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw writeError(error, path);
  }
}
function createTemporary(path) {
  for (let tries = 0; ; tries++) {
    const temporary = join4(dirname3(path), `.${basename(path)}.${process.pid}-${counter++}.tmp`);
    try {
      return [fs3.openSync(temporary, "wx"), temporary];
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || tries === 1e3) throw error;
    }
  }
}
var largestWrite = 1 << 30;
function writeAll(file2, bytes2) {
  for (let done = 0; done < bytes2.length; )
    done += fs3.writeSync(file2, bytes2, done, Math.min(bytes2.length - done, largestWrite));
}
function syncFolder(folder) {
  let handle;
  try {
    handle = fs3.openSync(folder, "r");
    fs3.fsyncSync(handle);
  } catch (error) {
    if (!["EPERM", "EISDIR", "EINVAL", "ENOTSUP", "EACCES", "EBADF"].includes(codeOf(error) ?? ""))
      throw error;
  } finally {
    if (handle !== void 0) fs3.closeSync(handle);
  }
}
var reasons = {
  ENOSPC: { reason: "there is no space left on the disk", hint: "Free some space and run it again." },
  EDQUOT: { reason: "your disk quota is used up", hint: "Free some space and run it again." },
  EROFS: { reason: "the file system is read-only", hint: "Choose a folder that can be written." },
  EACCES: { reason: "you have no permission to write there", hint: "Choose a folder that can be written." },
  EPERM: { reason: "the system does not permit writing there", hint: "Choose a folder that can be written." },
  ENOENT: { reason: "its folder does not exist", hint: "Make the folder first." },
  ENOTDIR: { reason: "a part of its path is a file, not a folder" },
  EISDIR: { reason: "a folder of that name is in the way" },
  ENOTEMPTY: { reason: "a folder of that name is in the way" },
  EEXIST: { reason: "a file of that name is in the way" },
  ENAMETOOLONG: { reason: "the name is too long" },
  EMFILE: { reason: "too many files are open" },
  EFBIG: { reason: "the file would be larger than the system permits" },
  EIO: { reason: "the disk reports an error" }
};
function writeError(error, path) {
  if (error instanceof GraftError) return error;
  const code = codeOf(error);
  const known2 = code === void 0 ? void 0 : reasons[code];
  return new GraftError(
    "cannot-write",
    { path, ...known2 ?? { reason: error instanceof Error ? error.message : String(error) } },
    { cause: error }
  );
}
function codeOf(error) {
  return error?.code;
}
function attempt(action) {
  try {
    action();
  } catch {
  }
}

// src/formats/python-literal.ts
var deepest2 = 32;
function parsePythonLiteral(text2) {
  const tokens = text2.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+L?|[A-Za-z_]+|[{}()[\],:]|\S/g) ?? [];
  let at2 = 0;
  const value = (depth) => {
    const token = tokens[at2++];
    if (token === void 0 || depth > deepest2) return void 0;
    if (token === "{") return dictionary(depth);
    if (token === "(") return sequence(")", depth);
    if (token === "[") return sequence("]", depth);
    if (token === "True") return true;
    if (token === "False") return false;
    if (token === "None") return null;
    if (/^['"]./.test(token)) return token.slice(1, -1).replace(/\\(.)/g, "$1");
    const number = /^-?\d+L?$/.test(token) ? Number.parseInt(token, 10) : Number.NaN;
    return Number.isSafeInteger(number) ? number : void 0;
  };
  const sequence = (end, depth) => {
    const items = [];
    while (tokens[at2] !== end) {
      const item = value(depth + 1);
      if (item === void 0) return void 0;
      items.push(item);
      if (tokens[at2] === ",") at2++;
      else if (tokens[at2] !== end) return void 0;
    }
    at2++;
    return items;
  };
  const dictionary = (depth) => {
    const entries = /* @__PURE__ */ new Map();
    while (tokens[at2] !== "}") {
      const key = value(depth + 1);
      if (typeof key !== "string" || tokens[at2++] !== ":") return void 0;
      const item = value(depth + 1);
      if (item === void 0 || entries.has(key)) return void 0;
      entries.set(key, item);
      if (tokens[at2] === ",") at2++;
      else if (tokens[at2] !== "}") return void 0;
    }
    at2++;
    return entries;
  };
  const result = value(0);
  return at2 === tokens.length ? result : void 0;
}

// src/formats/npy.ts
var format2 = "NPY";
var types2 = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64"
};
function readNpy(bytes2, path) {
  const header = readHeader2(bytes2, path);
  const { dtype, littleEndian, fortranOrder, shape: shape2, length } = header;
  const count3 = elementCount(shape2);
  const needed = count3 * dtypes[dtype].bytes;
  const found = bytes2.length - length;
  if (needed !== found)
    throw badFile(
      format2,
      path,
      `its header announces ${showShape(shape2)} ${dtype} values (${showCount(needed)} bytes), but ${showCount(found)} bytes follow`,
      {
        offset: `byte ${length}`,
        hint: found < needed ? again : "One file holds one array; for several use numpy.savez."
      }
    );
  const data = decodeNumbers(bytes2, length, count3, dtype, littleEndian);
  return { dtype, shape: shape2, data: fortranOrder ? toRowMajor(data, shape2) : data };
}
var mostAxes = 64;
var again = "It is damaged or incomplete: write it again with numpy.save.";
var longestHeader2 = 1 << 20;
function readHeader2(bytes2, path) {
  const content = sniffContent(bytes2);
  if (content.kind !== "npy")
    throw wrongContent(format2, path, "it must start with \\x93NUMPY", bytes2, content);
  const version = bytes2[6];
  if (version !== 1 && version !== 2 && version !== 3)
    throw badFile(format2, path, `its version is ${version ?? "missing"}`, {
      offset: "byte 6",
      hint: "Allowed: 1, 2, 3."
    });
  const start = version === 1 ? 10 : 12;
  if (bytes2.length < start)
    throw badFile(format2, path, `it ends within its header (${bytes2.length} bytes)`, {
      offset: "byte 8",
      hint: again
    });
  const buffer = Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  const headerLength = version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8);
  if (headerLength > longestHeader2 || start + headerLength > bytes2.length)
    throw badFile(
      format2,
      path,
      `its header announces ${showCount(headerLength)} bytes, but ${showCount(bytes2.length - start)} follow`,
      { offset: "byte 8", hint: again }
    );
  const text2 = buffer.toString(version === 3 ? "utf8" : "latin1", start, start + headerLength);
  const fail3 = (problem, hint = again) => {
    throw badFile(format2, path, problem, { offset: `byte ${start}`, hint });
  };
  const literal = parsePythonLiteral(text2);
  if (!(literal instanceof Map)) return fail3(`its header is not a Python dictionary: ${quote(text2.trim())}`);
  const descr = literal.get("descr");
  const fortranOrder = literal.get("fortran_order");
  const shape2 = literal.get("shape");
  if (descr === void 0 || typeof fortranOrder !== "boolean" || !Array.isArray(shape2))
    return fail3(`its header lacks 'descr', 'fortran_order' or 'shape': ${quote(text2.trim())}`);
  if (shape2.length > mostAxes) return fail3(`it has ${shape2.length} axes; at most ${mostAxes} are allowed`);
  if (!shape2.every((size3) => typeof size3 === "number" && size3 >= 0))
    return fail3(`its shape is not a tuple of whole numbers: ${quote(text2.trim())}`);
  return { ...elementType(descr, fail3), fortranOrder, shape: shape2, length: start + headerLength };
}
function elementType(descr, fail3) {
  if (typeof descr !== "string")
    return fail3("it is a record array", "Save each field as an array of its own: numpy.savez.");
  const match2 = /^([<>|=]?)([a-zA-Z])(\d*)(?:\[.*\])?$/.exec(descr);
  const [, order = "", kind = "", size3 = ""] = match2 ?? [];
  const dtype = types2[kind + size3];
  if (match2 !== null && dtype !== void 0) return { dtype, littleEndian: order !== ">" };
  if (kind === "O")
    return fail3(
      `it holds Python objects (dtype ${quote(descr)}), which only a pickle can bring back, and reading one runs code`,
      "Save plain numbers instead: numpy.save(path, numpy.asarray(list, dtype=numpy.float32))."
    );
  const refused2 = {
    S: ["byte strings", "Write text one item a line, or as JSONL."],
    U: ["text", "Write text one item a line, or as JSONL."],
    c: ["complex numbers", "Save the real and the imaginary part as an array each."],
    M: ["dates", "Convert first: array.astype('int64')."],
    m: ["durations", "Convert first: array.astype('int64')."],
    V: ["raw bytes or bfloat16", "Convert first: array.astype(numpy.float32)."],
    f: ["extended-precision numbers", "Convert first: array.astype(numpy.float64)."]
  };
  const [what, hint] = refused2[kind] ?? ["an unknown type", `Allowed: ${Object.keys(types2).join(", ")}.`];
  return fail3(`it holds ${what} (dtype ${quote(descr)})`, hint);
}
function toRowMajor(data, shape2) {
  const out2 = data.slice();
  const rank = shape2.length;
  if (rank < 2 || data.length === 0) return out2;
  const strides = [];
  let stride = 1;
  for (const size3 of shape2) {
    strides.push(stride);
    stride *= size3;
  }
  const index = new Array(rank).fill(0);
  let from = 0;
  for (let to = 0; to < out2.length; to++) {
    out2[to] = data[from];
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape2[axis]) break;
      from -= strides[axis] * shape2[axis];
      index[axis] = 0;
    }
  }
  return out2;
}

// src/formats/zip.ts
import { inflateRawSync } from "node:zlib";
import { zipSync } from "fflate";

// src/formats/crc32.ts
var table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? c >>> 1 ^ 3988292384 : c >>> 1;
  return c;
});
function crc32(bytes2) {
  let crc = 4294967295;
  for (let i = 0; i < bytes2.length; i++) crc = crc >>> 8 ^ table[(crc ^ bytes2[i]) & 255];
  return (crc ^ 4294967295) >>> 0;
}

// src/formats/zip.ts
function listZip(bytes2, path, format11 = "zip") {
  const buffer = Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  const directory = findDirectory(buffer, path, format11);
  const entries = [];
  const names2 = /* @__PURE__ */ new Set();
  let at2 = directory.offset;
  for (let i = 0; i < directory.count; i++) {
    const { entry, next } = readEntry(buffer, at2, directory.end, path, format11);
    at2 = next;
    if (entry.name.endsWith("/")) continue;
    if (names2.has(entry.name))
      throw badFile(format11, path, "its name occurs twice", {
        offset: `entry ${quote(entry.name)}`,
        hint: "Write it anew, with each name once."
      });
    names2.add(entry.name);
    entries.push(entry);
  }
  checkSizes(entries, bytes2.length, path, format11);
  checkOverlap(buffer, entries, directory.offset, path, format11);
  return entries;
}
function readZipEntry(bytes2, entry, path, format11 = "zip") {
  const place = { offset: `entry ${quote(entry.name)}`, hint: "It is damaged: write or fetch it again." };
  const start = contentStart(
    Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength),
    entry,
    path,
    format11
  );
  const stored = bytes2.subarray(start, start + entry.compressedSize);
  let content = stored;
  if (entry.deflated) {
    try {
      content = inflateRawSync(stored, { maxOutputLength: Math.max(1, entry.size) });
    } catch (error) {
      const tooLong = error.code === "ERR_BUFFER_TOO_LARGE";
      const problem = tooLong ? `it decompresses to more than the ${showCount(entry.size)} bytes that the directory announces` : "its compressed data are damaged";
      throw badFile(format11, path, problem, place);
    }
  }
  if (content.length !== entry.size)
    throw badFile(
      format11,
      path,
      `it has ${showCount(content.length)} bytes, but the directory announces ${showCount(entry.size)}`,
      place
    );
  if (crc32(content) !== entry.crc32) throw badFile(format11, path, "its check sum is wrong", place);
  return content;
}
var endLength = 22;
var longestComment = 65535;
function findDirectory(buffer, path, format11) {
  const content = sniffContent(buffer);
  if (content.kind === "torch")
    throw badFile(format11, path, `it is ${content.label}`, { offset: "byte 0", hint: content.hint });
  if (content.kind !== "zip") throw wrongContent(format11, path, "it must be a zip archive", buffer, content);
  const end = findEnd(buffer);
  if (end === void 0)
    throw badFile(format11, path, "its directory is missing at the end", {
      offset: `byte ${buffer.length}`,
      hint: "It is probably an incomplete download: fetch it again."
    });
  let count3 = buffer.readUInt16LE(end + 10);
  let size3 = buffer.readUInt32LE(end + 12);
  let offset = buffer.readUInt32LE(end + 16);
  let limit = end;
  if (buffer.readUInt16LE(end + 4) !== 0 && buffer.readUInt16LE(end + 4) !== 65535)
    throw badFile(format11, path, "it is one part of several", {
      hint: "Join the parts: zip -s 0 in.zip --out whole.zip."
    });
  const locator = end - 20;
  if (locator >= 0 && buffer.readUInt32LE(locator) === 117853008) {
    const record = Number(buffer.readBigUInt64LE(locator + 8));
    if (record > locator - 56 || buffer.readUInt32LE(record) !== 101075792)
      throw badFile(format11, path, "its zip64 directory record is damaged", { offset: `byte ${locator}` });
    count3 = Number(buffer.readBigUInt64LE(record + 32));
    size3 = Number(buffer.readBigUInt64LE(record + 40));
    offset = Number(buffer.readBigUInt64LE(record + 48));
    limit = record;
  }
  if (offset + size3 > limit || count3 * 46 > size3)
    throw badFile(
      format11,
      path,
      `its directory of ${count3 === 1 ? "1 entry" : `${showCount(count3)} entries`} and ${showCount(size3)} bytes at ${showCount(offset)} does not fit the file`,
      { offset: `byte ${end}` }
    );
  return { offset, end: offset + size3, count: count3 };
}
function findEnd(buffer) {
  const first2 = Math.max(0, buffer.length - endLength - longestComment);
  for (let at2 = buffer.length - endLength; at2 >= first2; at2--)
    if (buffer.readUInt32LE(at2) === 101010256 && at2 + endLength + buffer.readUInt16LE(at2 + 20) === buffer.length)
      return at2;
  return void 0;
}
function readEntry(buffer, at2, end, path, format11) {
  if (at2 + 46 > end || buffer.readUInt32LE(at2) !== 33639248)
    throw badFile(format11, path, "its directory is damaged", { offset: `byte ${at2}` });
  const flags = buffer.readUInt16LE(at2 + 8);
  const method = buffer.readUInt16LE(at2 + 10);
  const nameLength = buffer.readUInt16LE(at2 + 28);
  const extraLength = buffer.readUInt16LE(at2 + 30);
  const next = at2 + 46 + nameLength + extraLength + buffer.readUInt16LE(at2 + 32);
  if (next > end) throw badFile(format11, path, "its directory is damaged", { offset: `byte ${at2}` });
  const name = buffer.toString("utf8", at2 + 46, at2 + 46 + nameLength).replaceAll("\\", "/");
  const fail3 = (problem, hint) => badFile(format11, path, problem, {
    offset: `entry ${quote(name)}`,
    ...hint === void 0 ? {} : { hint }
  });
  const unsafe = unsafeName(name);
  if (unsafe !== void 0) throw fail3(unsafe, "Unpack it, look at what it holds, and zip the files anew.");
  if (buffer.readUInt32LE(at2 + 38) >>> 16 >>> 12 === 10) throw fail3("it is a symbolic link");
  if (flags & 1) throw fail3("it is encrypted", otherWay(format11));
  if (method !== 0 && method !== 8)
    throw fail3(
      `its compression method is ${method}`,
      `Allowed: 0 (stored) and 8 (deflate). ${otherWay(format11)}`
    );
  const extra = buffer.subarray(at2 + 46 + nameLength, at2 + 46 + nameLength + extraLength);
  const wide = zip64Field(extra);
  const take = (narrow) => {
    if (narrow !== 4294967295 || wide === void 0) return narrow;
    if (wide.length < wide.at + 8) throw fail3("its zip64 sizes are damaged");
    wide.at += 8;
    return Number(wide.field.readBigUInt64LE(wide.at - 8));
  };
  const size3 = take(buffer.readUInt32LE(at2 + 24));
  const compressedSize = take(buffer.readUInt32LE(at2 + 20));
  const offset = take(buffer.readUInt32LE(at2 + 42));
  const entry = {
    name,
    compressedSize,
    size: size3,
    deflated: method === 8,
    crc32: buffer.readUInt32LE(at2 + 16),
    offset
  };
  return { entry, next };
}
function zip64Field(extra) {
  for (let at2 = 0; at2 + 4 <= extra.length; at2 += 4 + extra.readUInt16LE(at2 + 2)) {
    if (extra.readUInt16LE(at2) !== 1) continue;
    const field = extra.subarray(at2 + 4, at2 + 4 + extra.readUInt16LE(at2 + 2));
    return { field, at: 0, length: field.length };
  }
  return void 0;
}
function otherWay(format11) {
  return format11 === "NPZ" ? "Save it with numpy.savez, uncompressed." : "Unpack it yourself and give the folder.";
}
function unsafeName(name) {
  if (name === "") return "its name is empty";
  if (name.includes("\0")) return "its name contains a NUL character";
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return "its path is absolute";
  return name.split("/").includes("..") ? "its path leaves the folder ('..')" : void 0;
}
function checkSizes(entries, length, path, format11) {
  const total = entries.reduce((sum2, { size: size3 }) => sum2 + size3, 0);
  const limit = decompressionLimit(length);
  if (total > limit)
    throw badFile(
      format11,
      path,
      `its ${showCount(length)} bytes announce ${showCount(total)} bytes of content; at most ${showCount(limit)} are allowed`,
      { offset: "directory", hint: otherWay(format11) }
    );
}
function checkOverlap(buffer, entries, directory, path, format11) {
  let previousEnd = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    const end = contentStart(buffer, entry, path, format11) + entry.compressedSize;
    if (entry.offset < previousEnd || end > directory)
      throw badFile(
        format11,
        path,
        end > directory ? "it runs into the directory" : "it overlaps the entry before it",
        { offset: `entry ${quote(entry.name)}`, hint: "No honest archive has that: do not trust it." }
      );
    previousEnd = end;
  }
}
function contentStart(buffer, entry, path, format11) {
  if (entry.offset + 30 > buffer.length || buffer.readUInt32LE(entry.offset) !== 67324752)
    throw badFile(format11, path, `there is no entry at byte ${entry.offset}`, {
      offset: `entry ${quote(entry.name)}`
    });
  return entry.offset + 30 + buffer.readUInt16LE(entry.offset + 26) + buffer.readUInt16LE(entry.offset + 28);
}

// src/formats/npz.ts
var format3 = "NPZ";
var extension = ".npy";
function readNpz(bytes2, path, select = () => true) {
  const arrays2 = /* @__PURE__ */ new Map();
  for (const [name, entry] of listArrays(bytes2, path))
    if (select(name)) arrays2.set(name, readArray(bytes2, entry, path));
  return arrays2;
}
function listArrays(bytes2, path) {
  const arrays2 = /* @__PURE__ */ new Map();
  for (const entry of listZip(bytes2, path, format3))
    if (entry.name.endsWith(extension)) arrays2.set(entry.name.slice(0, -extension.length), entry);
  if (arrays2.size === 0) throw badFile(format3, path, "it holds no .npy file");
  return arrays2;
}
function readArray(bytes2, entry, path) {
  return readNpy(readZipEntry(bytes2, entry, path, format3), `${path}:${entry.name}`);
}

// src/data/sources/array-images.ts
function imagesOfArrays(name, path, arrays2, options22 = {}) {
  const images = arrays2.filter(({ array }) => array.shape.length >= 2);
  const classes = arrays2.filter(({ array }) => array.shape.length === 1);
  if (images.length === 0) {
    throw badFile("image array", path, "no array in it has two or more axes, as images have", {
      hint: "Expected: [count, height, width], with channels before or after, or [count, pixels]."
    });
  }
  const splits = images.map((entry) => splitOf(entry.name));
  const useSplits = !options22.filesAreClasses && splits.every((split) => split !== void 0) && new Set(splits).size > 1;
  const parts = images.map((entry) => pixelsOf(entry));
  const [first2] = parts;
  parts.forEach((part, i) => {
    if (part.channels === first2.channels && part.height === first2.height && part.width === first2.width)
      return;
    throw badFile(
      "image array",
      images[i].name,
      `its images are ${show2(part)}, but those of ${images[0].name} ${show2(first2)}`
    );
  });
  const count3 = parts.reduce((sum2, part) => sum2 + part.count, 0);
  const size3 = first2.channels * first2.height * first2.width;
  const pixels2 = new Uint8Array(count3 * size3);
  const starts = [0];
  for (const part of parts) {
    pixels2.set(part.pixels, starts.at(-1) * size3);
    starts.push(starts.at(-1) + part.count);
  }
  const labels = options22.filesAreClasses || classes.length === 0 && !useSplits && images.length > 1 ? fileLabels(images, starts) : arrayLabels(images, starts, classes, options22.classes);
  const predefined = {};
  if (useSplits) {
    for (const split of new Set(splits)) {
      predefined[split] = Int32Array.from(
        splits.flatMap((other, i) => other === split ? range2(starts[i], starts[i + 1]) : [])
      );
    }
  }
  const files2 = new Map(arrays2.map(({ file: file2 }) => [file2.path, file2]));
  return {
    kind: "image",
    name,
    count: count3,
    channels: first2.channels,
    height: first2.height,
    width: first2.width,
    pixels: pixels2,
    ...labels && { labels },
    ...useSplits && { predefined },
    provenance: { files: [...files2.values()], steps: [] }
  };
}
var words = {
  test: /(^|[^a-z])(test|t10k)([^a-z]|$)/i,
  validation: /(^|[^a-z])(validation|valid|val|dev)([^a-z]|$)/i,
  train: /(^|[^a-z])(train|training)([^a-z]|$)/i
};
function splitOf(name) {
  return ["test", "validation", "train"].find((split) => words[split].test(name));
}
var show2 = ({ channels, height, width }) => `${channels}x${height}x${width}`;
function pixelsOf({ name, array }) {
  const { shape: shape2 } = array;
  const values = bytesOf(name, array);
  const count3 = shape2[0];
  if (shape2.length === 2) {
    const side = Math.sqrt(shape2[1]);
    if (Number.isInteger(side)) return { count: count3, channels: 1, height: side, width: side, pixels: values };
    const colourSide = Math.sqrt(shape2[1] / 3);
    if (Number.isInteger(colourSide)) {
      return { count: count3, channels: 3, height: colourSide, width: colourSide, pixels: values };
    }
  }
  if (shape2.length === 3) {
    return { count: count3, channels: 1, height: shape2[1], width: shape2[2], pixels: values };
  }
  if (shape2.length === 4) {
    const isColour = (n) => n === 1 || n === 3 || n === 4;
    if (isColour(shape2[1]) && !isColour(shape2[3])) {
      return dropAlpha({ count: count3, channels: shape2[1], height: shape2[2], width: shape2[3], pixels: values });
    }
    if (isColour(shape2[3])) {
      return dropAlpha(channelsFirst(values, count3, shape2[1], shape2[2], shape2[3]));
    }
  }
  throw badFile("image array", name, `its shape is ${showShape(shape2)}`, {
    hint: "Allowed: [count, height, width], [count, height, width, channels], [count, channels, height, width] with 1, 3 or 4 channels, or [count, pixels] of squares."
  });
}
function channelsFirst(values, count3, height, width, channels) {
  const area = height * width;
  const pixels2 = new Uint8Array(values.length);
  for (let i = 0; i < count3; i++) {
    for (let p = 0; p < area; p++) {
      for (let c = 0; c < channels; c++) {
        pixels2[(i * channels + c) * area + p] = values[(i * area + p) * channels + c];
      }
    }
  }
  return { count: count3, channels, height, width, pixels: pixels2 };
}
function dropAlpha(part) {
  if (part.channels !== 4) return part;
  const area = part.height * part.width;
  const pixels2 = new Uint8Array(part.count * 3 * area);
  for (let i = 0; i < part.count; i++) {
    for (let c = 0; c < 3; c++) {
      for (let p = 0; p < area; p++) {
        const alpha = part.pixels[(i * 4 + 3) * area + p] / 255;
        pixels2[(i * 3 + c) * area + p] = Math.round(alpha * part.pixels[(i * 4 + c) * area + p]);
      }
    }
  }
  return { ...part, channels: 3, pixels: pixels2 };
}
function bytesOf(name, array) {
  const { dtype, data } = array;
  if (dtype === "uint8") return data;
  if (dtype === "bool") return Uint8Array.from(data, (v) => v * 255);
  const values = toFloat64(array);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, v] of values.entries()) {
    if (!Number.isFinite(v)) throw badFile("image array", name, `value ${i} is ${v}`);
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  const isFloat = /float/.test(dtype);
  if (isFloat && least >= 0 && most <= 1) return Uint8Array.from(values, (v) => Math.round(v * 255));
  if (least >= 0 && most <= 255 && values.every(Number.isInteger)) return Uint8Array.from(values);
  throw badFile("image array", name, `its ${dtype} values go from ${least} to ${most}`, {
    hint: "Allowed: whole numbers from 0 to 255, or fractions from 0 to 1."
  });
}
function fileLabels(images, starts) {
  const names2 = images.map(({ name }) => name.replace(/^.*[/:]/, "").replace(/\.[a-z0-9]+(\.gz)?$/i, ""));
  const values = new Int32Array(starts.at(-1));
  images.forEach((_, i) => {
    values.fill(i, starts[i], starts[i + 1]);
  });
  return { values, names: names2 };
}
function arrayLabels(images, starts, arrays2, names2) {
  if (arrays2.length === 0) return void 0;
  const values = new Int32Array(starts.at(-1)).fill(-1);
  const free2 = [...arrays2];
  images.forEach(({ name, array }, i) => {
    const count4 = array.shape[0];
    const ofSplit = free2.filter((other) => splitOf(other.name) === splitOf(name));
    const match2 = ofSplit.find((other) => other.array.shape[0] === count4);
    if (match2 === void 0) {
      if (ofSplit.length === 0) return;
      throw badFile(
        "class array",
        ofSplit[0].name,
        `it has ${ofSplit[0].array.shape[0]} entries for the ${count4} images of ${name}`
      );
    }
    free2.splice(free2.indexOf(match2), 1);
    values.set(toInt32(match2.array, match2.name), starts[i]);
  });
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const unlabelled = (v) => v === -1 || v === 255 && names2 !== void 0 && names2.length <= 255;
  const count3 = names2?.length ?? most + 1;
  if (count3 > 65536) {
    throw new GraftError("bad-data", {
      what: arrays2[0].name,
      problem: `class ${most} is no number of a class`
    });
  }
  const out2 = values.map((v, i) => {
    if (unlabelled(v)) return -1;
    if (v >= 0 && v < count3) return v;
    throw new GraftError("bad-data", {
      what: arrays2[0].name,
      problem: `image ${i} has class ${v}; there are ${count3}, numbered from 0`
    });
  });
  return { values: out2, names: names2 ?? Array.from({ length: count3 }, (_, v) => String(v)) };
}
function range2(from, to) {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

// src/data/sources/source-file.ts
import { createHash as createHash3 } from "node:crypto";
import { basename as basename2, join as join5 } from "node:path";
var sha2563 = (content) => createHash3("sha256").update(content).digest("hex");
function readSource(path, format11, name = basename2(path)) {
  const bytes2 = readFileChecked(path, format11);
  return { bytes: bytes2, file: { path: name, sha256: sha2563(bytes2) } };
}
function sourceFolder(path, names2) {
  const list = names2.map((name) => `${sha2563(readFileChecked(join5(path, name), "image"))}  ${name}
`).join("");
  return { path: `${basename2(path)}/ (${names2.length} files)`, sha256: sha2563(list) };
}

// src/data/sources/array-folder.ts
var arrayFile = /(\.npy|\.npz|[-.]ubyte(\.gz)?|\.idx\d?(\.gz)?)$/i;
function isArrayFile(name) {
  return arrayFile.test(name);
}
function readArrayFiles(name, folder, names2, options22 = {}) {
  const arrays2 = names2.flatMap((file2) => arraysOf(join6(folder, file2), file2, options22));
  if (arrays2.length === 0) throw badFile("image array", folder, "it holds no arrays");
  return imagesOfArrays(name, folder, arrays2, options22);
}
function readArrayFile(name, path, options22 = {}) {
  return imagesOfArrays(name, path, arraysOf(path, basename3(path), options22), options22);
}
function arraysOf(path, name, { field, label }) {
  const { bytes: bytes2, file: file2 } = readSource(path, "array", name);
  if (/\.npy$/i.test(name)) return [{ name, array: readNpy(bytes2, path), file: file2 }];
  if (!/\.npz$/i.test(name)) return [{ name, array: readIdx(bytes2, path), file: file2 }];
  const wanted = [field, label].filter((key) => key !== void 0);
  const arrays2 = readNpz(bytes2, path, (key) => field === void 0 || wanted.includes(key));
  for (const key of wanted) {
    if (arrays2.has(key)) continue;
    throw badFile("NPZ", path, `it has no array '${key}'`, {
      hint: `Arrays there: ${[...readNpz(bytes2, path).keys()].join(", ")}.`
    });
  }
  return Array.from(arrays2, ([key, array]) => ({ name: `${name}:${key}`, array, file: file2 }));
}

// src/data/sources/cifar-source.ts
import { join as join7 } from "node:path";

// src/formats/cifar-binary.ts
var format4 = "CIFAR binary";
var pixels = 3 * 32 * 32;
var kinds = {
  "cifar-10": { labelBytes: 1, classes: [10] },
  "cifar-100": { labelBytes: 2, classes: [20, 100] }
};
function readCifarBinary(bytes2, path, kind) {
  const chosen = kind ?? kindOf2(bytes2, path);
  const { labelBytes, classes } = kinds[chosen];
  const record = labelBytes + pixels;
  if (bytes2.length === 0 || bytes2.length % record !== 0) throw wrongLength(bytes2, path);
  const count3 = bytes2.length / record;
  const data = new Uint8Array(count3 * pixels);
  const labels = Array.from(classes, () => new Int32Array(count3));
  for (let i = 0; i < count3; i++) {
    for (let which = 0; which < labelBytes; which++) {
      const label = bytes2[i * record + which];
      if (label >= classes[which])
        throw badFile(
          format4,
          path,
          `label ${label} of image ${showCount(i)} is not below ${classes[which]}`,
          {
            offset: `byte ${i * record + which}`,
            hint: `Is it really ${chosen === "cifar-10" ? "CIFAR-10" : "CIFAR-100"}?`
          }
        );
      labels[which][i] = label;
    }
    data.set(bytes2.subarray(i * record + labelBytes, (i + 1) * record), i * pixels);
  }
  const images = { dtype: "uint8", shape: [count3, 3, 32, 32], data };
  const [first2, second] = labels;
  return second === void 0 ? { kind: chosen, images, labels: first2 } : { kind: chosen, images, labels: second, coarseLabels: first2 };
}
function kindOf2(bytes2, path) {
  const fits10 = bytes2.length % (1 + pixels) === 0;
  const fits100 = bytes2.length % (2 + pixels) === 0;
  if (bytes2.length === 0 || !fits10 && !fits100) throw wrongLength(bytes2, path);
  if (fits10 && fits100)
    throw badFile(format4, path, `its ${showCount(bytes2.length)} bytes fit CIFAR-10 and CIFAR-100`, {
      hint: "Say which: kind 'cifar-10' or 'cifar-100'."
    });
  return fits10 ? "cifar-10" : "cifar-100";
}
function wrongLength(bytes2, path) {
  const content = sniffContent(bytes2);
  const recognised2 = !["binary", "text", "idx", "safetensors", "bmp", "empty"].includes(content.kind);
  if (content.kind === "empty") return badFile(format4, path, "it is empty");
  return badFile(
    format4,
    path,
    recognised2 ? `it is ${content.label}` : `its ${showCount(bytes2.length)} bytes are no multiple of 3,073 (CIFAR-10) or 3,074 (CIFAR-100)`,
    {
      hint: content.hint ?? (content.kind === "gzip" ? "Unpack it first: tar xzf cifar-10-binary.tar.gz." : "It is probably an incomplete download: fetch it again.")
    }
  );
}

// src/data/sources/cifar-source.ts
function isCifarFile(name) {
  return /(^|\/)(data_batch_\d+|test_batch|train|test)\.bin$/i.test(name);
}
function readCifarFiles(name, folder, names2, classes) {
  const arrays2 = names2.flatMap((fileName) => {
    const path = join7(folder, fileName);
    const { bytes: bytes2, file: file2 } = readSource(path, "CIFAR binary", fileName);
    const { images, labels } = readCifarBinary(bytes2, path);
    const as = fileName.replace("data_batch", "train_batch");
    return [
      { name: `${as}:images`, array: images, file: file2 },
      { name: `${as}:labels`, array: { dtype: "int32", shape: [labels.length], data: labels }, file: file2 }
    ];
  });
  return imagesOfArrays(name, folder, arrays2, classes ? { classes } : {});
}

// src/data/sources/image-source.ts
import { basename as basename5 } from "node:path";

// src/formats/image-folder.ts
import { basename as basename4, dirname as dirname4, join as join9 } from "node:path";

// src/formats/image-set.ts
import { join as join8 } from "node:path";

// src/formats/decode-image.ts
import sharp from "sharp";
var format5 = "image";
var imageKinds = ["png", "jpeg", "webp", "gif", "tiff", "avif"];
var mostPixels = 64 * 2 ** 20;
async function inspectImage(bytes2, path) {
  return (await open(bytes2, path)).info;
}
async function decodeImage(bytes2, path, background) {
  const { image, deep } = await open(bytes2, path);
  try {
    const { data, info } = await image.autoOrient().toColourspace(deep ? "rgb16" : "srgb").raw({ depth: deep ? "ushort" : "uchar" }).toBuffer({ resolveWithObject: true });
    const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
    const white = deep ? 65535 : 255;
    return {
      width: info.width,
      height: info.height,
      white,
      data: layOver(samples, info.channels, white, background)
    };
  } catch (error) {
    throw damaged(path, error);
  }
}
async function open(bytes2, path) {
  const content = sniffContent(bytes2);
  if (!imageKinds.includes(content.kind))
    throw badFile(format5, path, content.kind === "empty" ? "it is empty" : `it is ${content.label}`, {
      hint: content.hint ?? `Allowed: ${imageKinds.join(", ")}.`
    });
  const image = sharp(bytes2, { failOn: "error", limitInputPixels: false });
  let header;
  try {
    header = await image.metadata();
  } catch (error) {
    throw damaged(path, error);
  }
  const { width, height } = header.autoOrient;
  if (width * height > mostPixels)
    throw badFile(
      format5,
      path,
      `it has ${showCount(width)} x ${showCount(height)} pixels; at most ${showCount(mostPixels)} are allowed`,
      { hint: "Make it smaller first." }
    );
  if (header.depth !== "uchar" && header.depth !== "ushort")
    throw badFile(format5, path, `its samples are of type ${header.depth}`, {
      hint: "Allowed: whole numbers of 1 to 16 bits. Convert it to PNG."
    });
  const info = { width, height, colour: !["b-w", "grey16"].includes(header.space) };
  return { image, deep: header.depth === "ushort", info };
}
function damaged(path, cause) {
  const error = badFile(format5, path, "its image data are damaged or incomplete", {
    hint: "Look at it in an image viewer, or fetch it again."
  });
  error.cause = cause;
  return error;
}
function layOver(samples, channels, white, background) {
  if (channels === 3) return samples;
  const hasAlpha = channels % 2 === 0;
  const colours = hasAlpha ? channels - 1 : channels;
  const count3 = samples.length / channels;
  const out2 = samples instanceof Uint16Array ? new Uint16Array(count3 * 3) : new Uint8Array(count3 * 3);
  for (let i = 0; i < count3; i++) {
    const alpha = hasAlpha ? samples[i * channels + colours] / white : 1;
    for (let c = 0; c < 3; c++) {
      const value = samples[i * channels + (colours === 1 ? 0 : c)];
      out2[i * 3 + c] = Math.round(alpha * value + (1 - alpha) * background[c] * (white / 255));
    }
  }
  return out2;
}

// src/formats/map-in-order.ts
var atOnce = 4;
async function mapInOrder(items, map) {
  const results = [];
  for (let start = 0; start < items.length; start += atOnce) {
    const chunk = items.slice(start, start + atOnce);
    for (const outcome of await Promise.allSettled(chunk.map((item, i) => map(item, start + i)))) {
      if (outcome.status === "rejected") throw outcome.reason;
      results.push(outcome.value);
    }
  }
  return results;
}

// src/formats/image-set.ts
async function readImageSet(sources, path, options22 = {}) {
  checkOptions(options22);
  const { patch, fit = "cover", background = [0, 0, 0] } = options22;
  const paths = sources.map(({ name }) => join8(path, name));
  const infos = await mapInOrder(sources, (source, i) => inspectImage(source.read(), paths[i]));
  const shape2 = {
    channels: options22.channels ?? (infos.some(({ colour }) => colour) ? 3 : 1),
    ...patch === void 0 ? options22.size ?? commonSize(infos, paths) : { height: patch, width: patch }
  };
  const starts = [0];
  for (const [i, info] of infos.entries())
    starts.push(starts[i] + (patch === void 0 ? 1 : patchCount(info, patch, paths[i])));
  const total = starts.at(-1);
  const size3 = shape2.channels * shape2.height * shape2.width;
  const data = allocate(total * size3);
  await mapInOrder(sources, async (source, i) => {
    const picture = await decodeImage(source.read(), paths[i], background);
    const values = patch === void 0 ? fitPicture(picture, shape2, fit, background) : cutPatches(picture, patch, shape2.channels);
    data.set(values, starts[i] * size3);
  });
  const owners = Int32Array.from({ length: total }, () => 0);
  const names2 = sources.flatMap(({ name }, i) => {
    owners.fill(i, starts[i], starts[i + 1]);
    if (patch === void 0) return [name];
    const [rows, columns] = patchGrid(infos[i], patch);
    return Array.from(
      { length: rows * columns },
      (_, k) => `${name}#${Math.floor(k / columns)},${k % columns}`
    );
  });
  const images = {
    dtype: "uint8",
    shape: [total, shape2.channels, shape2.height, shape2.width],
    data
  };
  return { images, names: names2, sources: owners };
}
function checkOptions({ size: size3, patch, channels, background, fit }) {
  if (patch !== void 0 && (size3 !== void 0 || fit !== void 0))
    throw new GraftError("conflict", {
      first: "patch",
      second: size3 === void 0 ? "fit" : "size",
      reason: "patches are cut, not resized"
    });
  const whole = (n) => Number.isInteger(n) && n >= 1 && n <= 16384;
  const fail3 = (what, received, allowed) => {
    throw new GraftError("invalid-value", { what, received, allowed });
  };
  if (patch !== void 0 && !whole(patch)) fail3("patch", patch, "a whole number from 1 to 16384");
  if (size3 !== void 0 && !(whole(size3.height) && whole(size3.width)))
    fail3("size", size3, "height and width, whole numbers from 1 to 16384");
  if (channels !== void 0 && channels !== 1 && channels !== 3)
    fail3("channels", channels, "1 (grey) or 3 (colour)");
  if (background !== void 0 && !(background.length === 3 && background.every((v) => v >= 0 && v <= 255)))
    fail3("background", background, "red, green and blue from 0 to 255");
}
function commonSize(infos, paths) {
  const { height, width } = infos[0];
  const other = infos.findIndex((info) => info.height !== height || info.width !== width);
  if (other >= 0)
    throw badFile(
      "image",
      paths[other],
      `it has ${infos[other].width} x ${infos[other].height} pixels, but ${paths[0]} has ${width} x ${height}`,
      { hint: "Ask for a size, to which all are resized." }
    );
  return { height, width };
}
function patchCount(info, patch, path) {
  const [rows, columns] = patchGrid(info, patch);
  if (rows * columns === 0)
    throw badFile(
      "image",
      path,
      `its ${info.width} x ${info.height} pixels hold no patch of ${patch} x ${patch}`,
      {
        hint: `Ask for patches of at most ${Math.min(info.width, info.height)} pixels.`
      }
    );
  return rows * columns;
}
function allocate(bytes2) {
  try {
    return new Uint8Array(bytes2);
  } catch {
    throw new GraftError("out-of-resource", {
      resource: "memory for the images",
      needed: `${showCount(bytes2)} bytes`,
      available: "less than that in one piece",
      hint: "Ask for a smaller size, or use fewer images."
    });
  }
}

// src/formats/image-folder.ts
var endings = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".avif"];
async function readImageFolder(path, options22 = {}) {
  const files2 = listFiles(path, "image folder");
  return readSources(
    files2.filter(isImageName).map((name) => ({ name, read: () => readFileChecked(join9(path, name), "image") })),
    files2,
    path,
    "image folder",
    options22
  );
}
async function readImageZip(bytes2, path, options22 = {}) {
  const entries = listZip(bytes2, path).filter(({ name }) => !name.split("/").some(isLeftover)).sort((a, b) => a.name < b.name ? -1 : 1);
  return readSources(
    entries.filter(({ name }) => isImageName(name)).map((entry) => ({ name: entry.name, read: () => readZipEntry(bytes2, entry, path) })),
    entries.map(({ name }) => name),
    path,
    "zip",
    options22
  );
}
async function readImageFile(path, options22 = {}) {
  const bytes2 = readFileChecked(path, "image");
  return readImageSet([{ name: basename4(path), read: () => bytes2 }], dirname4(path), options22);
}
async function readSources(sources, files2, path, format11, { classes: wanted, ...options22 }) {
  if (sources.length === 0) {
    const found = [...new Set(files2.map((name) => /\.[^./]*$/.exec(name)?.[0] ?? name))].slice(0, 5);
    throw badFile(
      format11,
      path,
      found.length === 0 ? "it is empty" : `it holds no images, only ${found.map((ending) => quote(ending)).join(", ")}`,
      { hint: `Images end in ${endings.join(", ")}.` }
    );
  }
  const folders = classFolders(sources.map(({ name }) => name));
  const flat = folders.indexOf(void 0);
  const classes = [...new Set(folders)].filter((folder) => folder !== void 0).sort();
  if (wanted === "sub-folders" && (flat >= 0 || classes.length < 2))
    throw badFile(
      format11,
      path,
      flat >= 0 ? `${quote(sources[flat].name)} is in no class folder` : "all images are in one folder",
      { hint: "Put the images of each class into a folder of its own." }
    );
  const set = await readImageSet(sources, path, options22);
  if (wanted === "none" || flat >= 0 || classes.length < 2) return { ...set, classes: [] };
  return { ...set, classes, labels: set.sources.map((source) => classes.indexOf(folders[source])) };
}
function classFolders(names2) {
  const paths = names2.map((name) => name.split("/").slice(0, -1));
  let shared2 = 0;
  while (paths[0][shared2] !== void 0 && paths.every((path) => path[shared2] === paths[0][shared2]))
    shared2++;
  return paths.map((path) => path[shared2]);
}
function isImageName(name) {
  return endings.some((ending) => name.toLowerCase().endsWith(ending));
}

// src/formats/parquet.ts
import { parquetMetadata, parquetRead } from "hyparquet";

// src/formats/decompress-page.ts
import { brotliDecompressSync, gunzipSync as gunzipSync2 } from "node:zlib";
import { decompress as unzstd } from "fzstd";
import { snappyUncompress } from "hyparquet";
var pageCodecs = {
  UNCOMPRESSED: (input2) => input2,
  SNAPPY: (input2, size3) => {
    const output = new Uint8Array(size3);
    snappyUncompress(input2, output);
    return output;
  },
  GZIP: (input2, size3) => gunzipSync2(input2, { maxOutputLength: Math.max(1, size3) }),
  BROTLI: (input2, size3) => brotliDecompressSync(input2, { maxOutputLength: Math.max(1, size3) }),
  ZSTD: (input2, size3) => unzstd(input2, new Uint8Array(size3)),
  LZ4_RAW: unLz4
};
function unLz4(input2, size3) {
  const output = new Uint8Array(size3);
  let from = 0;
  let to = 0;
  const length = (nibble) => {
    let total = nibble;
    if (nibble === 15)
      for (let more = 255; more === 255; total += more) {
        if (from >= input2.length) throw new RangeError("LZ4 data end too early");
        more = input2[from++];
      }
    return total;
  };
  while (from < input2.length) {
    const token = input2[from++];
    const literals = length(token >> 4);
    if (literals > input2.length - from || literals > size3 - to)
      throw new RangeError("LZ4 literals are too long");
    output.set(input2.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === input2.length) break;
    if (from + 2 > input2.length) throw new RangeError("LZ4 data end too early");
    const distance = input2[from] | input2[from + 1] << 8;
    from += 2;
    const count3 = length(token & 15) + 4;
    if (distance === 0 || distance > to || count3 > size3 - to)
      throw new RangeError("LZ4 copy is out of range");
    for (let i = 0; i < count3; i++, to++) output[to] = output[to - distance];
  }
  if (to !== size3) throw new RangeError("LZ4 data are too short");
  return output;
}

// src/formats/read-thrift.ts
var deepest3 = 32;
function readThrift(bytes2, start) {
  let at2 = start;
  const byte = () => {
    const value2 = bytes2[at2++];
    if (value2 === void 0) throw new RangeError("thrift data end too early");
    return value2;
  };
  const varint = () => {
    let value2 = 0;
    for (let scale2 = 1; ; scale2 *= 128) {
      const next = byte();
      value2 += (next & 127) * scale2;
      if (next < 128) return value2;
      if (scale2 > 2 ** 63) throw new RangeError("thrift number is too long");
    }
  };
  const zigzag = () => {
    const value2 = varint();
    return value2 % 2 === 0 ? value2 / 2 : -(value2 + 1) / 2;
  };
  const element = (type, depth) => {
    if (depth > deepest3) throw new RangeError("thrift data are nested too deep");
    if (type === 1 || type === 2) return type === 1;
    if (type === 3) return byte();
    if (type === 4 || type === 5 || type === 6) return zigzag();
    if (type === 7) return take(8).length;
    if (type === 8) return take(varint());
    if (type === 9 || type === 10) return list(depth);
    if (type === 12) return struct2(depth);
    throw new RangeError(`thrift type ${type} is unknown`);
  };
  const take = (length) => {
    if (length > bytes2.length - at2) throw new RangeError("thrift data end too early");
    at2 += length;
    return bytes2.subarray(at2 - length, at2);
  };
  const list = (depth) => {
    const head = byte();
    const type = head & 15;
    const length = head >> 4 === 15 ? varint() : head >> 4;
    if (length > bytes2.length - at2) throw new RangeError("thrift list is longer than its data");
    return Array.from({ length }, () => type <= 2 ? byte() === 1 : element(type, depth + 1));
  };
  const struct2 = (depth) => {
    const fields = /* @__PURE__ */ new Map();
    for (let field = 0; ; ) {
      const head = byte();
      if ((head & 15) === 0) return fields;
      field = head >> 4 === 0 ? zigzag() : field + (head >> 4);
      fields.set(field, element(head & 15, depth + 1));
    }
  };
  const value = struct2(0);
  return { value, end: at2 };
}

// src/formats/check-parquet.ts
function footerStart(file2) {
  const view = new DataView(file2.buffer, file2.byteOffset, file2.byteLength);
  return file2.length - 8 - view.getUint32(file2.length - 8, true);
}
function checkFooter(file2) {
  const start = footerStart(file2);
  if (start < 4) throw new RangeError("the footer is longer than the file");
  readThrift(file2.subarray(0, file2.length - 8), start);
}
function checkMetadata(metadata) {
  const demand = (condition) => {
    if (!condition) throw new RangeError("the footer lacks what every footer has");
  };
  const isCount = (value) => typeof value === "bigint" && value >= 0n && value < 2n ** 53n;
  demand(isCount(metadata.num_rows) && Array.isArray(metadata.row_groups));
  for (const group of metadata.row_groups) {
    demand(isCount(group.num_rows) && Array.isArray(group.columns));
    for (const { meta_data: data } of group.columns) {
      demand(data !== void 0 && Array.isArray(data.path_in_schema));
      demand(
        [data.data_page_offset, data.total_compressed_size, data.dictionary_page_offset ?? 0n].every(
          isCount
        )
      );
    }
  }
}
var deepestSchema = 32;
var mostElements = 1e5;
function checkSchema(schema) {
  if (schema.length > mostElements) throw new RangeError("the schema has too many columns");
  let at2 = 0;
  const visit = (depth) => {
    const element = schema[at2++];
    const children = element?.num_children ?? 0;
    if (typeof element?.name !== "string" || depth > deepestSchema || !(children >= 0))
      throw new RangeError("the schema is damaged");
    for (let child = 0; child < children; child++) visit(depth + 1);
  };
  visit(0);
  if (at2 !== schema.length) throw new RangeError("the schema has columns that belong nowhere");
}
var dataPage = 0;
var dictionaryPage = 2;
var dataPage2 = 3;
var encodings = {
  0: "PLAIN",
  2: "PLAIN_DICTIONARY",
  3: "RLE",
  4: "BIT_PACKED",
  5: "DELTA_BINARY_PACKED",
  6: "DELTA_LENGTH_BYTE_ARRAY",
  7: "DELTA_BYTE_ARRAY",
  8: "RLE_DICTIONARY",
  9: "BYTE_STREAM_SPLIT"
};
var refused = ["BIT_PACKED", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT"];
function checkColumnChunk(file2, column, path, limits) {
  const decompress = pageCodecs[column.codec];
  const [start, end] = chunkRange(column);
  if (start < 4 || end > file2.length || start > end)
    throw new RangeError(`its data (bytes ${start} to ${end}) lie outside the file`);
  const levelWidth = widthOf(path.filter(({ repetition_type: type }) => type !== "REQUIRED").length);
  const chunk = file2.subarray(start, end);
  let at2 = 0;
  let bytes2 = 0;
  let values = 0;
  while (values < limits.values && at2 < chunk.length) {
    const { value: header, end: begin } = readThrift(chunk, at2);
    const type = int(header, 1);
    const size3 = int(header, 2);
    const compressed = int(header, 3);
    if (compressed > chunk.length - begin) throw new RangeError("a page is longer than its column");
    bytes2 += size3;
    if (bytes2 > limits.bytes) throw new RangeError(`its pages announce more than ${limits.bytes} bytes`);
    const page2 = chunk.subarray(begin, begin + compressed);
    at2 = begin + compressed;
    if (type === dataPage) {
      const info = struct(header, 5);
      const count3 = int(info, 1);
      values += count3;
      checkDataPage(decompress(page2, size3), info, count3, levelWidth, column.type);
    } else if (type === dataPage2) {
      const info = struct(header, 8);
      values += int(info, 1);
      checkDataPage2(page2, size3, info, levelWidth, column.type, decompress);
    } else if (type === dictionaryPage) {
      if (int(struct(header, 7), 1) > size3)
        throw new RangeError("a dictionary announces more entries than it has bytes");
      decompress(page2, size3);
    } else throw new RangeError(`page type ${type} is unknown`);
    if (values > limits.values) throw new RangeError("its pages hold more values than there are rows");
  }
  if (values < limits.values)
    throw new RangeError(`its pages hold ${values} values for ${limits.values} rows`);
  return bytes2;
}
function chunkRange(column) {
  const data = Number(column.data_page_offset);
  const dictionary = Number(column.dictionary_page_offset ?? 0);
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  return [start, start + Number(column.total_compressed_size)];
}
function checkDataPage(page2, info, count3, levelWidth, type) {
  let at2 = 0;
  if (levelWidth > 0) {
    const length = uint32(page2, 0);
    checkRuns(page2, 4, 4 + length, levelWidth, count3);
    at2 = 4 + length;
  }
  checkValues(page2, at2, int(info, 2), count3, type);
}
function checkDataPage2(page2, size3, info, levelWidth, type, decompress) {
  const definitions = int(info, 5);
  const repetitions = int(info, 6);
  if (repetitions !== 0) throw new RangeError("it repeats values");
  if (definitions > page2.length || definitions > size3)
    throw new RangeError("its levels are longer than the page");
  if (levelWidth > 0) checkRuns(page2, 0, definitions, levelWidth, int(info, 1));
  const rest = page2.subarray(definitions);
  const values = info.get(7) === false ? rest : decompress(rest, size3 - definitions);
  if (int(info, 2) > int(info, 1)) throw new RangeError("it has more gaps than values");
  checkValues(values, 0, int(info, 4), int(info, 1) - int(info, 2), type);
}
function checkValues(page2, at2, encoding, count3, type) {
  const name = encodings[encoding];
  if (name === void 0 || refused.includes(name))
    throw new RangeError(`its encoding is ${name ?? encoding}, which is not supported`);
  if (name === "PLAIN_DICTIONARY" || name === "RLE_DICTIONARY" || name === "RLE") {
    if (at2 >= page2.length && count3 > 0 && type !== "BOOLEAN")
      throw new RangeError("a page ends before its values");
    if (type === "BOOLEAN") throw new RangeError("run-length encoded booleans are not supported");
    const width = page2[at2] ?? 0;
    if (width > 32) throw new RangeError(`its dictionary indices have ${width} bits`);
    if (width > 0) checkRuns(page2, at2 + 1, page2.length, width, count3, true);
  }
  if (name.startsWith("DELTA")) checkDelta(page2, at2);
}
function checkRuns(page2, start, end, width, count3, partial = false) {
  if (end > page2.length) throw new RangeError("its levels are longer than the page");
  let at2 = start;
  for (let seen = 0; seen < count3; ) {
    if (partial && at2 >= end) return;
    const head = varint32(page2, at2, end);
    at2 = head.end;
    const values = head.value % 2 === 1 ? (head.value - 1) / 2 * 8 : head.value / 2;
    if (values === 0 || values > count3 - seen + (head.value % 2 === 1 ? 512 : 0))
      throw new RangeError("a run is longer than its page");
    at2 += head.value % 2 === 1 ? values / 8 * width : Math.ceil(width / 8);
    seen += values;
  }
}
function checkDelta(page2, start) {
  const block2 = varint32(page2, start, page2.length);
  const parts = varint32(page2, block2.end, page2.length);
  if (block2.value === 0 || block2.value > 65536 || parts.value === 0 || parts.value > 512)
    throw new RangeError("the head of its delta encoding is damaged");
}
function varint32(bytes2, start, end) {
  let value = 0;
  for (let at2 = start, scale2 = 1; at2 < end && scale2 <= 2 ** 28; at2++, scale2 *= 128) {
    value += (bytes2[at2] & 127) * scale2;
    if (bytes2[at2] < 128) {
      if (value > 2147483647) break;
      return { value, end: at2 + 1 };
    }
  }
  throw new RangeError("a run is damaged");
}
function uint32(bytes2, at2) {
  if (at2 + 4 > bytes2.length) throw new RangeError("a page is too short");
  return new DataView(bytes2.buffer, bytes2.byteOffset + at2, 4).getUint32(0, true);
}
function int(fields, field) {
  const value = fields.get(field) ?? 0;
  if (typeof value !== "number" || value < 0 || value > 2147483647)
    throw new RangeError("a page header is damaged");
  return value;
}
function struct(fields, field) {
  const value = fields.get(field);
  if (!(value instanceof Map)) throw new RangeError("a page header is damaged");
  return value;
}
function widthOf(largest2) {
  return 32 - Math.clz32(largest2);
}

// src/formats/parquet.ts
var format6 = "parquet";
function describeParquet(bytes2, path) {
  return describe(readMetadata(bytes2, path));
}
async function readParquetText(bytes2, path, column = "text") {
  const values = await readColumn(bytes2, path, column, ["text", "bytes"]);
  return values.map((value, row) => {
    try {
      return utf8.decode(value);
    } catch {
      throw badFile(format6, path, "the value is not UTF-8 text", {
        offset: `column ${quote(column)}, row ${row}`
      });
    }
  });
}
async function readParquetBytes(bytes2, path, column = "image") {
  const values = await readColumn(bytes2, path, column, ["bytes", "image"]);
  return values.map((value, row) => {
    const content = value instanceof Uint8Array ? value : value.bytes;
    if (content instanceof Uint8Array) return content;
    throw badFile(format6, path, "the value has no bytes", {
      offset: `column ${quote(column)}, row ${row}`,
      hint: "Images that are only named there must be put in: cast_column and embed_storage of datasets do so."
    });
  });
}
async function readParquetIntegers(bytes2, path, column = "label") {
  const values = await readColumn(bytes2, path, column, ["integer"]);
  return Int32Array.from(values, (value, row) => {
    const number = Number(value);
    if ((number | 0) === number) return number;
    throw badFile(format6, path, `${quote(String(value))} is not a whole number of 32 bits`, {
      offset: `column ${quote(column)}, row ${row}`
    });
  });
}
function readParquetFile(path) {
  return readFileChecked(path, format6);
}
var utf8 = new TextDecoder("utf-8", { fatal: true });
var rewrite = `Write it anew: python -c "import pyarrow.parquet as p; p.write_table(p.read_table('in.parquet'), 'out.parquet')".`;
function readMetadata(bytes2, path) {
  const content = sniffContent(bytes2);
  if (content.kind !== "parquet") throw wrongContent(format6, path, "it must start with PAR1", bytes2, content);
  if (bytes2.length < 12 || Buffer.from(bytes2.subarray(-4)).toString("latin1") !== "PAR1")
    throw badFile(format6, path, "it does not end with PAR1", {
      offset: `byte ${Math.max(0, bytes2.length - 4)}`,
      hint: "It is probably an incomplete download: fetch it again."
    });
  try {
    checkFooter(bytes2);
    const metadata = parquetMetadata(bytes2, { geoparquet: false });
    checkSchema(metadata.schema);
    checkMetadata(metadata);
    return metadata;
  } catch (error) {
    throw damaged2(path, "its footer is damaged", error, {
      offset: `byte ${footerStart(bytes2)}`,
      hint: "Write or fetch it again."
    });
  }
}
function columnsOf({ schema }) {
  const columns = [];
  let at2 = 1;
  while (at2 < schema.length) {
    const start = at2;
    for (let open3 = 1; open3 > 0; open3--) open3 += schema[at2++].num_children ?? 0;
    columns.push(schema.slice(start, at2));
  }
  return columns;
}
function kindOf3([element, ...nested]) {
  if (element === void 0 || [element, ...nested].some(({ repetition_type: type }) => type === "REPEATED"))
    return "other";
  if (nested.length > 0)
    return nested.some(({ name, type }) => name === "bytes" && type === "BYTE_ARRAY") && nested.every(({ num_children: children }) => !children) ? "image" : "other";
  const text2 = element.converted_type === "UTF8" || element.logical_type?.type === "STRING";
  if (element.type === "BYTE_ARRAY") {
    if (text2) return "text";
    return element.converted_type === void 0 && element.logical_type === void 0 ? "bytes" : "other";
  }
  const plain = element.converted_type === void 0 || /^U?INT_/.test(element.converted_type);
  return (element.type === "INT32" || element.type === "INT64") && plain ? "integer" : "other";
}
function describe(metadata) {
  const classes = huggingFaceClasses(metadata);
  return {
    rows: Number(metadata.num_rows),
    columns: columnsOf(metadata).map((column) => {
      const name = column[0].name;
      const names2 = classes.get(name);
      return { name, kind: kindOf3(column), ...names2 === void 0 ? {} : { classes: names2 } };
    })
  };
}
function huggingFaceClasses(metadata) {
  const found = /* @__PURE__ */ new Map();
  const note = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  try {
    const { info } = JSON.parse(note ?? "{}");
    for (const [column, { names: names2 }] of Object.entries(info?.features ?? {}))
      if (Array.isArray(names2) && names2.every((name) => typeof name === "string")) found.set(column, names2);
  } catch {
  }
  return found;
}
async function readColumn(bytes2, path, name, kinds2) {
  const metadata = readMetadata(bytes2, path);
  const table2 = describe(metadata);
  const column = lookUp("column", Object.fromEntries(table2.columns.map((c) => [c.name, c])), name, path);
  const place = { offset: `column ${quote(name)}` };
  if (!kinds2.includes(column.kind)) {
    const fitting = table2.columns.filter(({ kind }) => kinds2.includes(kind)).map((c) => quote(c.name));
    throw badFile(format6, path, `its values are of kind ${column.kind}; needed: ${kinds2.join(" or ")}`, {
      ...place,
      hint: fitting.length === 0 ? "No column of this table fits." : `Columns that fit: ${fitting.join(", ")}.`
    });
  }
  checkColumn(bytes2, metadata, name, path);
  const values = [];
  try {
    await parquetRead({
      file: {
        byteLength: bytes2.length,
        slice: (start, end) => new Uint8Array(bytes2.subarray(start, end)).buffer
      },
      metadata,
      columns: [name],
      utf8: false,
      compressors: pageCodecs,
      // Strings are decoded by the caller, who knows the row.
      parsers: { stringFromBytes: (value) => value },
      onComplete: (rows) => {
        for (const [value] of rows) values.push(value);
      }
    });
  } catch (error) {
    throw damaged2(path, "its data are damaged", error, { ...place, hint: rewrite });
  }
  const gap = values.findIndex((value) => value === null || value === void 0);
  if (gap >= 0)
    throw badFile(format6, path, "the value is missing (null)", {
      offset: `column ${quote(name)}, row ${gap}`,
      hint: "Drop such rows first."
    });
  return values;
}
function checkColumn(bytes2, metadata, name, path) {
  const elements = columnsOf(metadata).find(([element]) => element?.name === name);
  const place = { offset: `column ${quote(name)}` };
  let budget = decompressionLimit(bytes2.length);
  let rows = 0;
  for (const group of metadata.row_groups) {
    const values = Number(group.num_rows);
    rows += values;
    if (!(values >= 0) || rows > budget / 8)
      throw badFile(
        format6,
        path,
        `it announces ${showCount(rows)} rows in ${showCount(bytes2.length)} bytes`,
        place
      );
    const chunks = group.columns.filter(({ meta_data: data }) => data?.path_in_schema[0] === name);
    for (const { meta_data: data } of chunks) {
      if (!Object.hasOwn(pageCodecs, data.codec))
        throw badFile(format6, path, `its compression is ${data.codec ?? "unknown"}`, {
          ...place,
          hint: `Allowed: ${Object.keys(pageCodecs).join(", ")}. ${rewrite}`
        });
      const leaf = data.path_in_schema.map((part) => elements.find((element) => element.name === part));
      try {
        if (leaf.includes(void 0) || leaf.length > 2)
          throw new RangeError("its path is not in the schema");
        budget -= checkColumnChunk(bytes2, data, leaf, { values, bytes: budget });
      } catch (error) {
        const reason = error instanceof RangeError ? error.message : "its data are damaged";
        throw damaged2(path, `it cannot be read: ${reason}`, error, {
          ...place,
          hint: rewrite
        });
      }
    }
  }
  if (rows !== Number(metadata.num_rows))
    throw badFile(
      format6,
      path,
      `its groups hold ${showCount(rows)} rows, but it announces ${showCount(Number(metadata.num_rows))}`
    );
}
function damaged2(path, problem, cause, place = {}) {
  const error = badFile(format6, path, problem, place);
  error.cause = cause;
  return error;
}

// src/formats/parquet-images.ts
var mostClasses = 65536;
async function readParquetImages(bytes2, path, columns = {}, options22 = {}) {
  const { image = "image", label } = columns;
  const files2 = await readParquetBytes(bytes2, path, image);
  const rowLabels = label === void 0 ? void 0 : await readParquetIntegers(bytes2, path, label);
  const set = await readImageSet(
    files2.map((file2, row) => ({ name: `row ${row}`, read: () => file2 })),
    path,
    options22
  );
  if (rowLabels === void 0) return { ...set, classes: [] };
  const named = describeParquet(bytes2, path).columns.find(({ name }) => name === label)?.classes;
  const limit = named?.length ?? mostClasses;
  const stray = rowLabels.findIndex((value) => value < 0 || value >= limit);
  if (stray >= 0)
    throw badFile("parquet", path, `label ${rowLabels[stray]} is not one of the classes 0 to ${limit - 1}`, {
      offset: `column '${label}', row ${stray}`,
      hint: "Drop rows without a label (-1) first."
    });
  const count3 = rowLabels.reduce((largest2, value) => Math.max(largest2, value + 1), 0);
  const classes = named ?? Array.from({ length: count3 }, (_, i) => String(i));
  return { ...set, classes, labels: set.sources.map((source) => rowLabels[source]) };
}

// src/data/sources/image-source.ts
async function readFolderImages(name, path, options22) {
  const read2 = await readImageFolder(path, options22);
  const files2 = [...new Set(read2.names.map(withoutPatch))];
  return imageSetOf(name, read2, options22, sourceFolder(path, files2));
}
async function readZipImages(name, path, options22) {
  const { bytes: bytes2, file: file2 } = readSource(path, "zip");
  return imageSetOf(name, await readImageZip(bytes2, path, options22), options22, file2);
}
async function readSingleImage(name, path, options22) {
  const { file: file2 } = readSource(path, "image");
  const read2 = await readImageFile(path, options22);
  return imageSetOf(name, { ...read2, classes: [] }, options22, file2);
}
async function readTableImages(name, path, columns, options22) {
  const { bytes: bytes2, file: file2 } = readSource(path, "parquet");
  return imageSetOf(name, await readParquetImages(bytes2, path, columns, options22), options22, file2);
}
function imageSetOf(name, { images, names: names2, classes, labels }, { patch, size: size3, fit }, file2) {
  const [count3, channels, height, width] = images.shape;
  const folders = names2.map((path) => path.split("/").slice(0, -1).join("/"));
  const steps = [
    ...patch === void 0 ? [] : [`cut into patches of ${patch}x${patch}`],
    ...size3 === void 0 ? [] : [`resized to ${height}x${width} where needed (${fit ?? "cover"}, antialiased bicubic)`]
  ];
  return {
    kind: "image",
    name,
    count: count3,
    channels,
    height,
    width,
    pixels: images.data,
    ...labels && { labels: { values: labels, names: classes } },
    ...new Set(folders).size > 1 && { attributes: { folder: folders } },
    ...patch !== void 0 && {
      groups: names2.map(withoutPatch),
      attributes: { image: names2.map((path) => basename5(withoutPatch(path)).replace(/\.[a-z]+$/i, "")) }
    },
    provenance: { files: [file2], steps }
  };
}
function withoutPatch(name) {
  return name.replace(/#\d+,\d+$/, "");
}

// src/data/sources/join-images.ts
function joinImages(name, path, sets, kinds2) {
  const [first2] = sets;
  if (first2 === void 0) throw badFile("image folder", path, "it holds no zip of images");
  const shapeOf2 = ({ channels, height, width }) => `${channels}x${height}x${width}`;
  const other = sets.findIndex((set) => shapeOf2(set) !== shapeOf2(first2));
  if (other >= 0) {
    const [here, there] = [shapeOf2(sets[other]), shapeOf2(first2)];
    throw badFile(
      "image folder",
      path,
      `images of ${kinds2[other]} are ${here}, those of ${kinds2[0]} ${there}`,
      {
        hint: "Ask for a size and a number of channels, to which all are brought."
      }
    );
  }
  const pixels2 = new Uint8Array(sets.reduce((sum2, set) => sum2 + set.count * imageSize(set), 0));
  let at2 = 0;
  for (const set of sets) {
    pixels2.set(set.pixels, at2);
    at2 += set.pixels.length;
  }
  return {
    kind: "image",
    name,
    count: sets.reduce((sum2, set) => sum2 + set.count, 0),
    channels: first2.channels,
    height: first2.height,
    width: first2.width,
    pixels: pixels2,
    attributes: {
      kind: sets.flatMap((set, i) => new Array(set.count).fill(kinds2[i])),
      folder: sets.flatMap((set, i) => foldersBelow(set, kinds2[i]))
    },
    provenance: { files: sets.flatMap((set) => set.provenance.files), steps: first2.provenance.steps }
  };
}
function foldersBelow(set, kind) {
  const folders = set.attributes?.folder ?? new Array(set.count).fill("");
  return folders.map((folder) => {
    if (folder === kind) return "";
    return folder.startsWith(`${kind}/`) ? folder.slice(kind.length + 1) : folder;
  });
}

// src/data/sources/text-source.ts
import { statSync } from "node:fs";
import { basename as basename6, join as join11 } from "node:path";

// src/formats/plain-text.ts
import { isUtf8 } from "node:buffer";
import { join as join10 } from "node:path";

// src/formats/guess-encoding.ts
function guessEncoding(bytes2) {
  const sample = bytes2.subarray(0, 1 << 16);
  const [a, b] = sample;
  if (a === 255 && b === 254) return sample[2] === 0 && sample[3] === 0 ? "UTF-32" : "UTF-16";
  if (a === 254 && b === 255) return "UTF-16";
  const { high, alone, control, evenNul, oddNul } = count2(sample);
  if (oddNul > sample.length / 8) return "UTF-16LE";
  if (evenNul > sample.length / 8) return "UTF-16BE";
  if (evenNul + oddNul > 0 || high === 0) return void 0;
  if (alone >= high / 2) return control > 0 ? "WINDOWS-1252" : "ISO-8859-1";
  return bestOf(sample);
}
function count2(sample) {
  let [high, alone, control, evenNul, oddNul] = [0, 0, 0, 0, 0];
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i];
    if (byte === 0) i % 2 === 0 ? evenNul++ : oddNul++;
    if (byte < 128) continue;
    high++;
    if (byte < 160) control++;
    if ((sample[i - 1] ?? 0) < 128 && (sample[i + 1] ?? 0) < 128) alone++;
  }
  return { high, alone, control, evenNul, oddNul };
}
var kana = /[\u3041-\u30fe\u3001\u3002]/gu;
var russian = /[оеаинтсрвл]/gu;
var chinese = /[的一是不了在人有我他中来來上大和到以要就出可也你生能而子那得下自之年里作这這个個们們为為国國说說时時会會对對发發后後，。]/gu;
var candidates = [
  ["EUC-JP", "euc-jp", kana, 0.5],
  ["SHIFT_JIS", "shift_jis", kana, 0.5],
  ["EUC-KR", "euc-kr", /[\uac00-\ud7a3]/gu, 0.9],
  ["BIG5", "big5", chinese, 0.3],
  ["GB18030", "gb18030", chinese, 0.3],
  ["WINDOWS-1251", "windows-1251", russian, 0.6],
  ["KOI8-R", "koi8-r", russian, 0.6]
];
function bestOf(sample) {
  let best;
  let bestScore = 0;
  for (const [name, label, everyday, usual] of candidates) {
    const text2 = new TextDecoder(label).decode(sample);
    const foreign = [...text2].filter((character) => character > "\x7F").length;
    const hits = text2.match(everyday)?.length ?? 0;
    const misses = text2.match(/\ufffd/g)?.length ?? 0;
    const score = (hits - 4 * misses) / Math.max(1, foreign) / usual;
    if (score > bestScore) [best, bestScore] = [name, score];
  }
  return best;
}

// src/formats/plain-text.ts
var format7 = "UTF-8 text";
var longestText = 5e8;
function readText(bytes2, path, kind = format7) {
  const plain = isGzip(bytes2) ? gunzipChecked(bytes2, decompressionLimit(bytes2.length), kind, path) : bytes2;
  if (plain.length > longestText)
    throw badFile(
      kind,
      path,
      `it has ${showCount(plain.length)} bytes; at most ${showCount(longestText)} are allowed`,
      {
        hint: "Split it into several files and give their folder."
      }
    );
  const content = sniffContent(plain);
  if (!textKinds.has(content.kind)) throw wrongContent(kind, path, "it must be text", plain, content);
  if (!isUtf8(plain)) throw notUtf8(plain, path, kind);
  const nul = plain.indexOf(0);
  if (nul >= 0)
    throw badFile(kind, path, "it contains a NUL character, so it is no text", {
      offset: placeOf(plain, nul),
      hint: "Is it another kind of file, or damaged?"
    });
  return new TextDecoder().decode(plain).replace(/\r\n?/g, "\n");
}
function readTextFile(path) {
  return readText(readFileChecked(path, format7), path);
}
function readLines(bytes2, path) {
  const lines = readText(bytes2, path).split("\n").map((line) => line.trimEnd()).filter((line) => line.length > 0);
  if (lines.length === 0)
    throw badFile(format7, path, "it has no line with anything on it", {
      hint: "Give a file with one item a line."
    });
  return lines;
}
function readLinesFile(path) {
  return readLines(readFileChecked(path, format7), path);
}
function readTextFolder(path, endings2 = [".txt", ".md", ".abc"]) {
  const names2 = listFiles(path, "text folder").filter(
    (name) => endings2.some((ending) => name.toLowerCase().endsWith(ending))
  );
  if (names2.length === 0)
    throw badFile("text folder", path, `it has no file that ends in ${endings2.join(", ")}`, {
      hint: "Put one document in each file."
    });
  return names2.map((name) => ({ name, text: readTextFile(join10(path, name)) }));
}
var textKinds = /* @__PURE__ */ new Set([
  "text",
  "html",
  "svg",
  "binary",
  "idx",
  "safetensors",
  "bmp"
]);
function notUtf8(bytes2, path, kind) {
  const bad = firstBadByte(bytes2);
  const place = { offset: placeOf(bytes2, bad) };
  if (isCutOff(bytes2, bad))
    return badFile(kind, path, "it ends within a character", {
      ...place,
      hint: "It is probably an incomplete download: fetch it again."
    });
  const encoding = guessEncoding(bytes2);
  const hint = encoding === void 0 ? "Convert it to UTF-8." : `It is probably ${encoding}: iconv -f ${encoding} -t UTF-8 in.txt > out.txt.`;
  const byte = `0x${bytes2[bad].toString(16).padStart(2, "0")}`;
  return badFile(kind, path, `byte ${byte} is not valid UTF-8 there`, { ...place, hint });
}
function isCutOff(bytes2, at2) {
  const first2 = bytes2[at2];
  const length = first2 >= 240 && first2 <= 244 ? 4 : first2 >= 224 ? 3 : first2 >= 194 && first2 < 224 ? 2 : 1;
  const rest = bytes2.subarray(at2 + 1);
  return rest.length < length - 1 && rest.every((byte) => (byte & 192) === 128) && at2 > 0;
}
function firstBadByte(bytes2) {
  let low = 0;
  let high = bytes2.length;
  while (high - low > 4) {
    const middle = low + high >> 1;
    if (isUtf8(bytes2.subarray(0, characterStart(bytes2, middle)))) low = middle;
    else high = middle;
  }
  let at2 = characterStart(bytes2, low);
  while (at2 < bytes2.length) {
    const length = [1, 2, 3, 4].find((n) => at2 + n <= bytes2.length && isUtf8(bytes2.subarray(at2, at2 + n)));
    if (length === void 0) break;
    at2 += length;
  }
  return at2;
}
function characterStart(bytes2, at2) {
  let start = at2;
  while (start > 0 && at2 - start < 3 && (bytes2[start] & 192) === 128) start--;
  return start;
}
function placeOf(bytes2, at2) {
  let line = 1;
  for (let i = 0; i < at2; i++) if (bytes2[i] === 10) line++;
  return `line ${showCount(line)}, byte ${at2}`;
}

// src/data/sources/abc-tunes.ts
function splitTunes(text2) {
  const tunes = [];
  let lines;
  const close = () => {
    if (lines) tunes.push(`${lines.join("\n")}
`);
    lines = void 0;
  };
  for (const line of text2.split("\n")) {
    if (line.startsWith("X:")) {
      close();
      lines = ["X:1"];
    } else if (line.trim() === "") {
      close();
    } else {
      lines?.push(line);
    }
  }
  close();
  return tunes;
}

// src/data/sources/text-source.ts
var aboutFiles = /^(readme|licen[cs]e|copying|notice|citation|changelog)/i;
function readTextSource(name, path, unit, endings2 = [".txt", ".text", ".md", ".abc"]) {
  const isFolder2 = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const names2 = isFolder2 ? readTextFolder(path, endings2).map((document) => document.name).filter((file2) => !aboutFiles.test(basename6(file2))) : [basename6(path)];
  if (names2.length === 0) throw badFile("text folder", path, "its only text files are about the data");
  const files2 = [];
  const documents2 = [];
  const origin = [];
  for (const fileName of names2) {
    const filePath = isFolder2 ? join11(path, fileName) : path;
    const { bytes: bytes2, file: file2 } = readSource(filePath, "text", fileName);
    files2.push(file2);
    const texts = textsOf(bytes2, filePath, unit);
    documents2.push(...texts);
    origin.push(...texts.map(() => fileName.replace(/\.[a-z]+(\.gz)?$/i, "")));
  }
  const several = names2.length > 1;
  return {
    kind: "text",
    name,
    unit: unit === "running" ? "running" : "item",
    count: documents2.length,
    documents: documents2,
    ...several && { attributes: { file: origin } },
    ...several && unit === "running" && { groups: origin },
    provenance: { files: files2, steps: [] }
  };
}
function textsOf(bytes2, path, unit) {
  if (unit === "line") return readLines(bytes2, path);
  const text2 = readText(bytes2, path);
  if (unit !== "tune") return [text2];
  const tunes = splitTunes(text2);
  if (tunes.length === 0) {
    throw badFile("ABC", path, "it has no tune: no line begins with 'X:'", {
      hint: "Every tune of ABC notation begins with a line such as 'X:1'."
    });
  }
  return tunes;
}

// src/data/sources/named-sets.ts
var digits = Array.from("0123456789");
var fashion = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot"
];
var hiragana = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];
var cifar10Classes = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck"
];
var idxFiles = [
  "train-images-idx3-ubyte.gz",
  "train-labels-idx1-ubyte.gz",
  "t10k-images-idx3-ubyte.gz",
  "t10k-labels-idx1-ubyte.gz"
];
var arrays = (names2) => names2.filter((name) => /(\.npy|\.npz|ubyte(\.gz)?)$/.test(name));
function arraySet(name, classes) {
  return (folder, names2) => readArrayFiles(name, folder, arrays(names2), { classes });
}
function novel(name, title, file2, home) {
  return {
    title,
    kind: "text",
    folder: name,
    files: [file2],
    home,
    licence: "public domain",
    read: (folder) => readTextSource(name, join12(folder, file2), "running")
  };
}
function documents(name, title, files2, home) {
  return {
    title,
    kind: "text",
    folder: name,
    files: [files2],
    home,
    licence: "public domain",
    read: (folder) => readTextSource(name, folder, "running", [".txt"])
  };
}
var nltk = "https://github.com/nltk/nltk_data";
var namedSets = {
  glyphs: {
    title: "characters of open typefaces in 5 styles and 3 scripts, 28x28 grey",
    kind: "image",
    files: [],
    home: "the package",
    licence: "SIL Open Font License 1.1 and Apache License 2.0 (data/NOTICE.md)",
    read: () => glyphs()
  },
  names: {
    title: "given names, surnames and places of 23 languages",
    kind: "text",
    files: [],
    home: "the package",
    licence: "MIT (data/NOTICE.md)",
    read: () => names()
  },
  mnist: {
    title: "handwritten digits, 28x28 grey",
    kind: "image",
    folder: "mnist",
    files: idxFiles,
    home: "http://yann.lecun.com/exdb/mnist",
    licence: "not stated by its makers",
    citation: "LeCun, Bottou, Bengio and Haffner (1998). Gradient-based learning applied to document recognition. Proceedings of the IEEE 86(11).",
    read: arraySet("mnist", digits)
  },
  "fashion-mnist": {
    title: "clothing, 28x28 grey, 10 classes",
    kind: "image",
    folder: "fashion-mnist",
    files: idxFiles,
    home: "https://github.com/zalandoresearch/fashion-mnist",
    licence: "MIT",
    citation: "Xiao, Rasul and Vollgraf (2017). Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms. arXiv:1708.07747.",
    read: arraySet("fashion-mnist", fashion)
  },
  kmnist: {
    title: "cursive Japanese characters, 28x28 grey, 10 hiragana",
    kind: "image",
    folder: "kmnist",
    files: [
      "kmnist-train-imgs.npz",
      "kmnist-train-labels.npz",
      "kmnist-test-imgs.npz",
      "kmnist-test-labels.npz"
    ],
    home: "https://github.com/rois-codh/kmnist",
    licence: "CC BY-SA 4.0: 'KMNIST Dataset' (created by CODH), adapted from 'Kuzushiji Dataset' (created by NIJL and others), doi:10.20676/00000341",
    citation: "Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto and Ha (2018). Deep learning for classical Japanese literature. arXiv:1812.01718.",
    read: arraySet("kmnist", hiragana)
  },
  quickdraw: {
    title: "doodles, 28x28 grey, one class a file",
    kind: "image",
    folder: "quickdraw",
    files: ["cat.npy", "any other class as .npy"],
    home: "https://github.com/googlecreativelab/quickdraw-dataset",
    licence: "CC BY 4.0 (Google)",
    citation: "Ha and Eck (2017). A neural representation of sketch drawings. arXiv:1704.03477.",
    read: (folder, names2) => readArrayFiles(
      "quickdraw",
      folder,
      names2.filter((name) => name.endsWith(".npy")),
      { filesAreClasses: true }
    )
  },
  cifar10: {
    title: "photographs, 32x32 RGB, 10 classes",
    kind: "image",
    folder: "cifar10",
    files: ["data_batch_1.bin \u2026 data_batch_5.bin", "test_batch.bin"],
    home: "https://www.cs.toronto.edu/~kriz/cifar.html",
    licence: "not stated by its makers",
    citation: "Krizhevsky (2009). Learning multiple layers of features from tiny images.",
    read: (folder, names2) => {
      const batches = names2.filter(isCifarFile);
      return batches.length > 0 ? readCifarFiles("cifar10", folder, batches, cifar10Classes) : readArrayFiles("cifar10", folder, arrays(names2), { classes: cifar10Classes });
    }
  },
  "dcss-tiles": {
    title: "pixel-art sprites of a game, 32x32 RGB, one zip a kind (item, mon, dngn, player)",
    kind: "image",
    folder: "dcss-tiles",
    files: ["item.zip", "mon.zip", "dngn.zip", "player.zip"],
    home: "https://github.com/crawl/tiles",
    licence: "CC0",
    read: async (folder, names2, images) => {
      const zips = names2.filter((name) => name.endsWith(".zip"));
      const sets = await Promise.all(
        zips.map((zip) => readZipImages("dcss-tiles", join12(folder, zip), images))
      );
      return joinImages(
        "dcss-tiles",
        folder,
        sets,
        zips.map((zip) => zip.slice(0, -".zip".length))
      );
    }
  },
  paintings: {
    title: "three paintings, to be cut into patches",
    kind: "image",
    folder: "paintings",
    files: ["starry_night_google.jpg", "the_scream.jpg", "shipwreck.jpg"],
    home: "https://github.com/jcjohnson/neural-style",
    licence: "public domain",
    read: (folder, _names, images) => readFolderImages("paintings", folder, images.size || images.patch ? images : { ...images, patch: 32 })
  },
  tinyshakespeare: {
    ...novel(
      "tinyshakespeare",
      "Shakespeare's plays, dialogue only",
      "tinyshakespeare.txt",
      "https://github.com/karpathy/char-rnn"
    ),
    citation: "Karpathy (2015). The unreasonable effectiveness of recurrent neural networks."
  },
  "shakespeare-xml": documents(
    "shakespeare-xml",
    "further plays of Shakespeare, one a file",
    "one .txt a play",
    nltk
  ),
  inaugural: documents(
    "inaugural",
    "inaugural addresses of US presidents, one a file",
    "one .txt an address",
    nltk
  ),
  "state-union": documents(
    "state-union",
    "State of the Union addresses, one a file",
    "one .txt an address",
    nltk
  ),
  genesis: documents(
    "genesis",
    "the book of Genesis in several languages, one a file",
    "one .txt a language",
    nltk
  ),
  sherlock: novel(
    "sherlock",
    "The Adventures of Sherlock Holmes (Doyle, 1892)",
    "sherlock.txt",
    "https://www.gutenberg.org/ebooks/1661"
  ),
  "pride-prejudice": novel(
    "pride-prejudice",
    "Pride and Prejudice (Austen, 1813)",
    "pride-prejudice.txt",
    "https://www.gutenberg.org/ebooks/1342"
  ),
  "trois-mousquetaires": novel(
    "trois-mousquetaires",
    "Les trois mousquetaires (Dumas, 1844), French",
    "trois-mousquetaires.txt",
    "https://www.gutenberg.org/ebooks/13951"
  ),
  "makemore-names": {
    title: "given names in a-z, one a line",
    kind: "text",
    folder: "names",
    files: ["names.txt"],
    home: "https://github.com/karpathy/makemore",
    licence: "MIT",
    read: (folder) => readTextSource("makemore-names", join12(folder, "names.txt"), "line")
  },
  "nottingham-abc": {
    title: "British and American folk tunes with chords, ABC notation",
    kind: "text",
    folder: "nottingham-abc",
    files: ["one .abc a type of tune"],
    home: "https://github.com/jukedeck/nottingham-dataset",
    licence: "GPL-3.0",
    read: (folder) => readTextSource("nottingham-abc", folder, "tune", [".abc"])
  }
};

// src/data/sources/read-own-data.ts
import { existsSync as existsSync2 } from "node:fs";
import { basename as basename7, dirname as dirname5, join as join13 } from "node:path";

// src/formats/detect-format.ts
var dataFormats = {
  idx: "IDX (.idx, -ubyte, also .gz)",
  npy: "NumPy array (.npy)",
  npz: "NumPy archive (.npz)",
  "cifar-binary": "CIFAR binary (.bin)",
  "image-folder": "folder of images",
  "image-zip": "zip of images",
  image: "one image (.png, .jpg, .webp, .gif, .tif, .avif)",
  parquet: "parquet (.parquet)",
  jsonl: "JSON lines (.jsonl, also .gz)",
  text: "plain text (.txt, .abc, \u2026, also .gz)",
  "text-folder": "folder of texts (.txt, .md, .abc)",
  safetensors: "safetensors (.safetensors)"
};
var supported = `Supported: ${Object.values(dataFormats).join("; ")}.`;
var imageName = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;
var textName = /\.(txt|md|abc)$/i;
function detectFormat(path) {
  if (isFolder(path)) return detectFolder(path);
  return withFile(path, "data", (read2, size3) => detectFile(path, read2, size3));
}
function detectFolder(path) {
  const names2 = listFiles(path, "data folder");
  const images = names2.filter((name) => imageName.test(name)).length;
  const texts = names2.filter((name) => textName.test(name)).length;
  if (images === 0 && texts === 0)
    throw badFile(
      "data folder",
      path,
      names2.length === 0 ? "it is empty" : `it holds neither images nor texts, but ${names2.slice(0, 3).join(", ")}`,
      {
        hint: names2.includes("model.safetensors") ? "It is a checkpoint: give it where a model is asked for." : supported
      }
    );
  return images >= texts ? "image-folder" : "text-folder";
}
var byContent = {
  npy: "npy",
  parquet: "parquet",
  safetensors: "safetensors",
  idx: "idx",
  png: "image",
  jpeg: "image",
  gif: "image",
  webp: "image",
  tiff: "image",
  avif: "image"
};
function detectFile(path, read2, size3) {
  const head = read2(0, Math.min(size3, 65536));
  if (/\.bin$/i.test(path) && size3 > 0 && (size3 % 3073 === 0 || size3 % 3074 === 0)) return "cifar-binary";
  const content = sniffContent(head);
  const format11 = byContent[content.kind];
  if (format11 !== void 0) return format11;
  if (content.kind === "zip") return detectZip(path);
  if (isGzip(head)) {
    const inner = gunzipHead(head, 65536, "gzip", path);
    const innerContent = sniffContent(inner);
    if (innerContent.kind === "idx") return "idx";
    if (innerContent.kind === "text") return detectText(path.replace(/\.gz$/i, ""), inner);
    throw unsupported(path, {
      ...innerContent,
      label: `${innerContent.label}, compressed with gzip`
    });
  }
  if (content.kind === "text") return detectText(path, head);
  throw unsupported(path, content);
}
function detectZip(path) {
  const names2 = listZip(readFileChecked(path, "zip"), path).map(({ name }) => name);
  if (names2.some((name) => name.endsWith(".npy"))) return "npz";
  if (names2.some((name) => imageName.test(name))) return "image-zip";
  throw badFile(
    "data",
    path,
    `it is a zip archive with neither images nor arrays, but ${names2.slice(0, 3).join(", ") || "nothing"}`,
    {
      hint: "Unpack it and give the files."
    }
  );
}
function detectText(path, head) {
  if (/\.(jsonl|ndjson|json)$/i.test(path)) return "jsonl";
  if (/\.(csv|tsv)$/i.test(path))
    throw badFile("data", path, "it is a table as text", {
      hint: `Make it JSON lines: python -c "import pandas as p; p.read_csv('in.csv').to_json('out.jsonl', orient='records', lines=True)".`
    });
  const line = Buffer.from(head).toString("utf8").trimStart().split("\n", 1)[0];
  return line.startsWith("{") && isJson(line) ? "jsonl" : "text";
}
function isJson(text2) {
  try {
    JSON.parse(text2);
    return true;
  } catch {
    return false;
  }
}
function unsupported(path, content) {
  const problem = content.kind === "empty" ? "it is empty" : `it is ${content.label}`;
  return badFile("data", path, problem, { hint: content.hint ?? supported });
}

// src/formats/jsonl.ts
var format8 = "JSONL";
function readJsonl(bytes2, path) {
  const records = [];
  const lines = readText(bytes2, path, format8).split("\n");
  for (const [index, text2] of lines.entries()) {
    if (text2.trim() === "") continue;
    const line = index + 1;
    const fields = parse2(text2);
    if (fields === void 0 || typeof fields !== "object" || fields === null || Array.isArray(fields))
      throw badFile(
        format8,
        path,
        fields === void 0 ? `this is not JSON: ${quote(text2)}` : `a JSON object is needed, this is ${Array.isArray(fields) ? "a list" : quote(text2)}`,
        { offset: `line ${line}`, hint: adviceFor(text2, lines) }
      );
    records.push({ line, fields });
  }
  if (records.length === 0) throw badFile(format8, path, "it has no line with anything on it");
  return records;
}
function readJsonlText(bytes2, path, field = "text") {
  return textOf(readJsonl(bytes2, path), path, field);
}
function textOf(records, path, field) {
  return records.map(({ line, fields }) => {
    const value = Object.hasOwn(fields, field) ? fields[field] : void 0;
    if (typeof value === "string") return value;
    if (value !== void 0)
      throw badFile(
        format8,
        path,
        `field ${quote(field)} must be a string, but is ${JSON.stringify(value).slice(0, 60)}`,
        { offset: `line ${line}`, hint: "Name a field that holds text." }
      );
    const names2 = Object.keys(fields).slice(0, 20);
    const near = nearest(field, names2);
    throw badFile(format8, path, `there is no field ${quote(field)}`, {
      offset: `line ${line}`,
      hint: names2.length === 0 ? "The object is empty." : `Fields there: ${names2.map((name) => quote(name)).join(", ")}.` + (near === void 0 ? "" : ` Did you mean ${quote(near)}?`)
    });
  });
}
function parse2(text2) {
  try {
    return JSON.parse(text2);
  } catch {
    return void 0;
  }
}
function adviceFor(text2, lines) {
  const first2 = lines.find((line) => line.trim() !== "")?.trim() ?? "";
  if (first2.startsWith("[")) return 'For a file that is one JSON list: jq -c ".[]" in.json > out.jsonl.';
  if (first2 === "{") return "Each object must stand on one line: jq -c . in.json > out.jsonl.";
  if (text2.includes("'") && text2.trim().startsWith("{")) return "JSON wants double quotation marks.";
  return 'Each line must be one JSON object, such as {"text": "\u2026"}.';
}

// src/data/sources/record-source.ts
var mostValues = 1e3;
function readRecordTexts(name, path, field) {
  const { bytes: bytes2, file: file2 } = readSource(path, "JSONL");
  const documents2 = readJsonlText(bytes2, path, field);
  const records = readJsonl(bytes2, path);
  const attributes = {};
  for (const other of Object.keys(records[0].fields)) {
    if (other === field) continue;
    const values = records.map(({ fields }) => Object.hasOwn(fields, other) ? fields[other] : void 0);
    const simple = values.every((value) => ["string", "number", "boolean"].includes(typeof value));
    if (simple && new Set(values).size <= mostValues) attributes[other] = values.map(String);
  }
  return itemSet(name, documents2, attributes, file2);
}
async function readTableTexts(name, path, column) {
  const { bytes: bytes2, file: file2 } = readSource(path, "parquet");
  const documents2 = await readParquetText(bytes2, path, column);
  const attributes = {};
  for (const other of describeParquet(bytes2, path).columns) {
    if (other.kind !== "text" || other.name === column) continue;
    const values = await readParquetText(bytes2, path, other.name).catch(() => void 0);
    if (values && new Set(values).size <= mostValues) attributes[other.name] = values;
  }
  return itemSet(name, documents2, attributes, file2);
}
function itemSet(name, documents2, attributes, file2) {
  return {
    kind: "text",
    name,
    unit: "item",
    count: documents2.length,
    documents: documents2,
    ...Object.keys(attributes).length > 0 && { attributes },
    provenance: { files: [file2], steps: [] }
  };
}

// src/data/sources/read-own-data.ts
async function readOwnData(path, options22) {
  const name = basename7(path).replace(/(\.[a-z0-9]{1,8})?(\.gz)?$/i, "") || basename7(path);
  const format11 = options22.format ?? detect(path);
  const { field, unit, images } = options22;
  switch (format11) {
    case "idx":
    case "npy":
    case "npz":
      return isFolder(path) ? readArrayFiles(
        name,
        path,
        listFiles(path, "array folder").filter(isArrayFile),
        arrayOptions(path, options22)
      ) : readArrayFile(name, path, arrayOptions(dirname5(path), options22));
    case "array-folder":
      return readArrayFiles(
        name,
        path,
        listFiles(path, "array folder").filter(isArrayFile),
        arrayOptions(path, options22)
      );
    case "cifar-binary":
      return isFolder(path) ? readCifarFiles(name, path, listFiles(path, "CIFAR folder").filter(isCifarFile), classesIn(path)) : readCifarFiles(name, dirname5(path), [basename7(path)], classesIn(dirname5(path)));
    case "image-folder":
      return readFolderImages(name, path, images);
    case "image-zip":
      return readZipImages(name, path, images);
    case "image":
      return readSingleImage(name, path, images);
    case "jsonl":
      return readRecordTexts(name, path, field ?? "text");
    case "parquet":
      return readTable(name, path, options22);
    case "text":
    case "text-folder":
      return readTextSource(name, path, unit ?? (/\.abc(\.gz)?$/i.test(path) ? "tune" : "running"));
  }
}
function detect(path) {
  if (isFolder(path)) {
    const names2 = listFiles(path, "data folder");
    if (names2.some(isArrayFile)) return "array-folder";
    if (names2.some(isCifarFile)) return "cifar-binary";
  }
  const format11 = detectFormat(path);
  if (format11 !== "safetensors") return format11;
  throw new GraftError("bad-file", {
    path,
    format: "data",
    problem: "it holds the weights of a model",
    hint: "Give it where a model is asked for."
  });
}
function classesIn(folder) {
  const path = join13(folder, "labels.txt");
  return existsSync2(path) ? readLinesFile(path) : void 0;
}
function arrayOptions(folder, { field, label }) {
  const classes = classesIn(folder);
  return {
    ...classes && { classes },
    ...field !== void 0 && { field },
    ...label !== void 0 && { label }
  };
}
function readTable(name, path, { field, label, images }) {
  const { columns } = describeParquet(readParquetFile(path), path);
  const pictures = columns.filter(({ kind }) => kind === "image");
  const chosen = columns.find((column) => column.name === field) ?? (field === void 0 && pictures.length === 1 ? pictures[0] : void 0);
  if (chosen?.kind !== "image" && chosen?.kind !== "bytes")
    return readTableTexts(name, path, field ?? "text");
  const classes = label ?? columns.find((column) => column.classes !== void 0)?.name;
  return readTableImages(
    name,
    path,
    { image: chosen.name, ...classes !== void 0 && { label: classes } },
    images
  );
}

// src/data/load-data-set.ts
function loadResolved(source, context, where3) {
  const { window: _, ...read2 } = source;
  const key = JSON.stringify(read2);
  const known2 = context.cache.get(key);
  if (known2) return known2;
  const loading = load(source, context, where3);
  context.cache.set(key, loading);
  loading.catch(() => context.cache.delete(key));
  return loading;
}
async function load(source, context, where3) {
  const images = imageOptions(source);
  const set = "dataset" in source ? await readNamed(source.dataset, source.path, images, context, where3) : await readOwnData(resolve2(context.base, source.path), {
    ...source.format && { format: source.format },
    ...source.field !== void 0 && { field: source.field },
    ...source.label !== void 0 && { label: source.label },
    ...source.unit && { unit: source.unit },
    images
  });
  refuseIdle(source, set, where3);
  const selected = source.select === void 0 ? set : selectItems(set, source.select, where3);
  return selected.kind === "image" ? shape(selected, source) : selected;
}
async function readNamed(name, path, images, context, where3) {
  const known2 = lookUp("data set", namedSets, name, where3);
  const facts = {
    licence: known2.licence,
    ...known2.citation !== void 0 && { citation: known2.citation }
  };
  const { folder: own } = known2;
  if (own === void 0) return { ...await known2.read("", [], images), ...facts };
  const candidates3 = path === void 0 ? context.dataFolders.map((folder2) => join14(folder2, own)) : [resolve2(context.base, path)];
  const folder = candidates3.find(isFolder);
  if (folder === void 0) {
    throw new GraftError("file-not-found", {
      path: candidates3.join(" and "),
      what: `data set ${name} (folder with ${known2.files.join(", ")})`,
      hint: `Get it from ${known2.home}, and set GRAFT_DATA to the folder that holds '${own}', or give its path.`
    });
  }
  const names2 = listFiles(folder, `folder of ${name}`);
  return { ...await known2.read(folder, names2, images), ...facts };
}
function imageOptions({ resize, fit, patch, channels }) {
  if (resize !== void 0 && patch !== void 0) {
    throw new GraftError("conflict", {
      first: "patch",
      second: "resize",
      reason: "patches are cut, not resized"
    });
  }
  const [height, width] = typeof resize === "number" ? [resize, resize] : resize ?? [];
  return {
    ...patch !== void 0 && { patch },
    ...channels !== void 0 && { channels },
    // Padding leaves the pixels as they are; it is done afterwards.
    ...height !== void 0 && width !== void 0 && fit !== "pad" && { size: { height, width }, fit }
  };
}
function shape(set, { resize, fit, channels, invert }) {
  const [height, width] = typeof resize === "number" ? [resize, resize] : resize ?? [];
  const shaped = reshapeImages(set, {
    ...height !== void 0 && width !== void 0 && { height, width },
    ...channels !== void 0 && { channels },
    fit
  });
  return invert ? invertImages(shaped) : shaped;
}
function refuseIdle(source, set, where3) {
  const idle = set.kind === "text" ? ["resize", "patch", "channels"].find((key) => source[key] !== void 0) : "unit" in source && source.unit !== void 0 ? "unit" : source.patch !== void 0 && set.groups === void 0 ? "patch" : void 0;
  if (idle === void 0) return;
  throw new GraftError("conflict", {
    first: `option '${idle}'`,
    second: `data set ${set.name}`,
    reason: `it holds ${set.kind === "text" ? "text" : "images of one size"}, to which '${idle}' does not apply`,
    ...where3 === void 0 ? {} : { where: where3 }
  });
}

// src/data/item-keys.ts
import { createHash as createHash4 } from "node:crypto";
function itemKeys(set) {
  if (set.kind === "text") return set.documents.map((text2) => `text ${text2}`);
  const shape2 = `${set.channels}x${set.height}x${set.width} `;
  return Array.from(
    { length: set.count },
    (_, i) => shape2 + createHash4("sha256").update(imageAt(set, i)).digest("base64")
  );
}

// src/data/shared-passages.ts
var sharedLength = 50;
function cutSharedPassages(texts, held) {
  const windows = sharedWindows(texts, held);
  const out2 = { passages: [], origin: [], stretches: 0, characters: 0 };
  texts.forEach((text2, t) => {
    const keep = (from, to) => {
      if (to <= from) return;
      out2.passages.push(text2.slice(from, to));
      out2.origin.push(t);
    };
    let start = 0;
    let sharedTo = 0;
    for (let i = 0; windows.size > 0 && i + sharedLength <= text2.length; i++) {
      if (!windows.has(text2.slice(i, i + sharedLength))) continue;
      if (i > sharedTo || sharedTo === 0) {
        keep(start, i);
        out2.stretches++;
        sharedTo = i;
      }
      out2.characters += i + sharedLength - sharedTo;
      sharedTo = i + sharedLength;
      start = sharedTo;
    }
    keep(start, text2.length);
  });
  return out2;
}
function sharedWindows(texts, held) {
  const block2 = Math.floor(sharedLength / 2);
  const blocks = /* @__PURE__ */ new Set();
  for (const text2 of held) {
    for (let i = 0; i + block2 <= text2.length; i += block2) blocks.add(text2.slice(i, i + block2));
  }
  const matched = /* @__PURE__ */ new Set();
  for (const text2 of texts) {
    for (let i = 0; i + block2 <= text2.length; i++) {
      const candidate = text2.slice(i, i + block2);
      if (blocks.has(candidate)) matched.add(candidate);
    }
  }
  const windows = /* @__PURE__ */ new Set();
  for (const text2 of held) {
    for (let i = 0; i + block2 <= text2.length; i += block2) {
      if (!matched.has(text2.slice(i, i + block2))) continue;
      const last = Math.min(i, text2.length - sharedLength);
      for (let j = Math.max(0, i + block2 - sharedLength); j <= last; j++) {
        windows.add(text2.slice(j, j + sharedLength));
      }
    }
  }
  return windows;
}

// src/data/remove-overlap.ts
function removeOverlap(source, held) {
  const report = { items: 0, groupItems: 0, characters: 0 };
  const same2 = held.filter((other) => other.kind === source.kind);
  if (source.kind === "text" && source.unit === "running") {
    const texts = same2.flatMap((other) => other.documents);
    const cut2 = cutSharedPassages(source.documents, texts);
    report.characters = cut2.characters;
    if (cut2.characters === 0) return { set: source, report };
    const set = {
      ...subset(
        source,
        cut2.origin,
        `${cut2.characters} characters removed that the target holds out`
      ),
      documents: cut2.passages
    };
    return { set, report };
  }
  const dropped = new Uint8Array(source.count);
  const keys = itemKeys(source);
  const heldKeys = new Set(same2.flatMap(itemKeys));
  keys.forEach((key, i) => {
    if (heldKeys.has(key)) dropped[i] = 1;
  });
  if (source.kind === "text") {
    const running = same2.filter((other) => other.unit === "running");
    const cut2 = cutSharedPassages(
      source.documents,
      running.flatMap((other) => other.documents)
    );
    const left = new Array(source.count).fill(0);
    cut2.passages.forEach((passage, p) => {
      left[cut2.origin[p]] += passage.length;
    });
    source.documents.forEach((text2, i) => {
      if (left[i] < text2.length) dropped[i] = 1;
    });
  }
  report.items = dropped.reduce((sum2, flag) => sum2 + flag, 0);
  if (source.groups) {
    const heldGroups = new Set(
      same2.filter((other) => other.name === source.name).flatMap((other) => other.groups ?? [])
    );
    source.groups.forEach((group, i) => {
      if (dropped[i] || !heldGroups.has(group)) return;
      dropped[i] = 1;
      report.groupItems++;
    });
  }
  const gone = report.items + report.groupItems;
  if (gone === 0) return { set: source, report };
  const kept = Array.from(source.count === 0 ? [] : dropped.keys()).filter((i) => !dropped[i]);
  return { set: subset(source, kept, `${gone} items removed that the target holds out`), report };
}

// src/data/split-passages.ts
var enoughDocuments = 10;
function splitPassages(set, options22) {
  const predefined = (set.predefined?.test?.length ?? 0) > 0;
  const byDocument = predefined || set.count >= enoughDocuments;
  const parts = byDocument ? documentParts(set, options22, predefined) : passageParts(set, options22);
  const removed = mapSplits(() => 0);
  if (options22.duplicates === "remove") {
    for (const [name, against] of [
      ["validation", ["test"]],
      ["train", ["test", "validation"]]
    ]) {
      const held = against.flatMap((other) => parts[other].passages);
      const cut2 = cutSharedPassages(parts[name].passages, held);
      removed[name] = cut2.characters;
      parts[name] = {
        passages: cut2.passages,
        documents: cut2.origin.map((i) => parts[name].documents[i])
      };
    }
  }
  const counts = mapSplits((name) => lengthOf(parts[name].passages));
  const report = {
    rule: predefined ? "predefined" : byDocument ? "document" : "passage",
    unit: "characters",
    counts,
    duplicatesRemoved: removed,
    unassigned: lengthOf(set.documents) - ["train", "validation", "test"].reduce((sum2, name) => sum2 + counts[name] + removed[name], 0)
  };
  checkFilled(set, options22, report);
  return {
    ...mapSplits((name) => ({
      ...subset(withoutPredefined(set), parts[name].documents, `split: ${name}`),
      documents: parts[name].passages
    })),
    report
  };
}
function documentParts(set, options22, predefined) {
  const random = stream(options22.seed).child("split");
  const units = (documents2) => Array.from(documents2, (i) => ({ members: [i], weight: set.documents[i].length }));
  const asPart = (documents2) => ({
    passages: documents2.map((i) => set.documents[i]),
    documents: [...documents2]
  });
  if (!predefined) {
    const drawn2 = drawParts(units(set.documents.keys()), options22, random);
    return mapSplits((name) => asPart(drawn2[name]));
  }
  const test = Array.from(set.predefined.test);
  const validation = Array.from(set.predefined.validation ?? []);
  const held = /* @__PURE__ */ new Set([...test, ...validation]);
  const rest = Array.from(set.predefined.train ?? set.documents.keys()).filter((i) => !held.has(i));
  const share2 = options22.train + options22.validation;
  const drawn = validation.length > 0 ? { train: rest, validation } : drawParts(
    units(rest),
    { train: options22.train / share2, validation: options22.validation / share2, test: 0 },
    random
  );
  return { train: asPart(drawn.train), validation: asPart(drawn.validation), test: asPart(test) };
}
function passageParts(set, options22) {
  const total = lengthOf(set.documents);
  const ends = [
    options22.train,
    options22.train + options22.validation,
    options22.train + options22.validation + options22.test
  ];
  const [first2, second, third] = ends.map((share2) => share2 > 1 - 1e-9 ? total : Math.floor(total * share2));
  return {
    train: between(set.documents, 0, first2),
    validation: between(set.documents, first2, second),
    test: between(set.documents, second, third)
  };
}
function between(documents2, from, to) {
  const part = { passages: [], documents: [] };
  let offset = 0;
  documents2.forEach((text2, i) => {
    const start = wholeCharacter(text2, Math.max(0, from - offset));
    const end = wholeCharacter(text2, Math.min(text2.length, to - offset));
    if (end > start) {
      part.passages.push(text2.slice(start, end));
      part.documents.push(i);
    }
    offset += text2.length;
  });
  return part;
}
function wholeCharacter(text2, position) {
  const code = text2.charCodeAt(position);
  const before = text2.charCodeAt(position - 1);
  return code >= 56320 && code < 57344 && before >= 55296 && before < 56320 ? position + 1 : position;
}
function lengthOf(passages) {
  return passages.reduce((sum2, passage) => sum2 + passage.length, 0);
}
function withoutPredefined(set) {
  const { predefined: _, ...rest } = set;
  return rest;
}

// src/data/split.ts
function splitData(set, options22 = {}) {
  const chosen = { ...defaultSplit, ...options22 };
  checkFractions(chosen);
  if (set.kind === "text" && set.unit === "running") {
    return splitPassages(set, chosen);
  }
  const predefined = (set.predefined?.test?.length ?? 0) > 0;
  const parts = predefined ? predefinedParts(set, chosen) : drawParts(unitsOf(set, range3(set.count)), chosen, stream(chosen.seed).child("split"));
  const removed = chosen.duplicates === "remove" ? dropDuplicates(set, parts) : mapSplits(() => 0);
  const report = {
    rule: predefined ? "predefined" : set.groups ? "group" : "item",
    unit: "items",
    counts: mapSplits((name) => parts[name].length),
    ...set.groups && {
      groups: mapSplits((name) => new Set(parts[name].map((i) => set.groups[i])).size)
    },
    duplicatesRemoved: removed,
    unassigned: splitNames.reduce((rest, name) => rest - parts[name].length - removed[name], set.count)
  };
  checkFilled(set, chosen, report);
  return { ...mapSplits((name) => subset(set, parts[name], `split: ${name}`)), report };
}
function predefinedParts(set, options22) {
  const test = Array.from(set.predefined.test);
  const validation = Array.from(set.predefined.validation ?? []);
  const isHeld = /* @__PURE__ */ new Set([...test, ...validation]);
  const heldGroups = new Set(set.groups ? [...isHeld].map((i) => set.groups[i]) : []);
  const rest = Array.from(set.predefined.train ?? range3(set.count)).filter(
    (i) => !isHeld.has(i) && !heldGroups.has(set.groups?.[i] ?? "")
  );
  if (validation.length > 0) return { train: rest, validation, test };
  const share2 = options22.train + options22.validation;
  const fractions = { train: options22.train / share2, validation: options22.validation / share2, test: 0 };
  return { ...drawParts(unitsOf(set, rest), fractions, stream(options22.seed).child("split")), test };
}
function unitsOf(set, items) {
  if (!set.groups) return items.map((i) => ({ members: [i], weight: 1 }));
  const byGroup = /* @__PURE__ */ new Map();
  for (const i of items) {
    const members = byGroup.get(set.groups[i]);
    if (members) members.push(i);
    else byGroup.set(set.groups[i], [i]);
  }
  return [...byGroup.keys()].sort().map((name) => {
    const members = byGroup.get(name);
    return { members, weight: members.length };
  });
}
function dropDuplicates(set, parts) {
  const keys = itemKeys(set);
  const seen = /* @__PURE__ */ new Set();
  const removed = mapSplits(() => 0);
  for (const name of ["test", "validation", "train"]) {
    const kept = parts[name].filter((i) => {
      if (seen.has(keys[i])) return false;
      seen.add(keys[i]);
      return true;
    });
    removed[name] = parts[name].length - kept.length;
    parts[name] = kept;
  }
  return removed;
}
function range3(n) {
  return Array.from({ length: n }, (_, i) => i);
}

// src/data/windows.ts
function cutWindows(set, length) {
  if (!Number.isInteger(length) || length < 1) {
    throw new GraftError("invalid-value", {
      what: "window length",
      received: length,
      allowed: "an integer of at least 1 (characters)"
    });
  }
  if (set.unit !== "running") return set;
  const documents2 = [];
  const origin = [];
  set.documents.forEach((text2, i) => {
    const ends = characterEnds(text2);
    const count3 = ends ? ends.length : text2.length;
    const at2 = (character) => ends ? character === 0 ? 0 : ends[character - 1] : character;
    for (let start = 0; start < count3; start += length) {
      const end = Math.min(start + length, count3);
      if (start > 0 && (end - start) * 2 < length) break;
      documents2.push(text2.slice(at2(start), at2(end)));
      origin.push(i);
    }
  });
  const { predefined: _, ...rest } = set;
  const windows = subset(rest, origin, `cut in windows of ${length} characters`);
  return { ...windows, unit: "item", count: documents2.length, documents: documents2 };
}
function characterEnds(text2) {
  if (!/[\ud800-\udbff]/.test(text2) && isWellFormed(text2)) return void 0;
  const ends = [];
  let position = 0;
  for (const character of text2) {
    position += character.length;
    ends.push(position);
  }
  return Int32Array.from(ends);
}

// src/data/prepare-data.ts
async function prepareData(spec, context, { heldOut = [], where: where3 } = {}) {
  const resolved = resolveDataSpec(spec, where3);
  const { size: size3, corrupt, split, ...source } = resolved;
  const set = await loadResolved(source, context, where3);
  const splits = splitData(set, split);
  const train2 = removeOverlap(splits.train, heldOut);
  const validation = removeOverlap(splits.validation, heldOut);
  const running = set.kind === "text" && set.unit === "running";
  const sized2 = size3 === void 0 ? void 0 : limitSize(train2.set, size3, split?.seed ?? 0);
  const uncorrupted = sized2?.set ?? train2.set;
  const corrupted = corrupt && await corruptTraining(uncorrupted, corrupt);
  return {
    name: set.name,
    hash: contentHash(set),
    train: corrupted?.set ?? uncorrupted,
    validation: validation.set,
    test: splits.test,
    ...running && { window: source.window },
    report: {
      split: splits.report,
      ...heldOut.length > 0 && { overlap: train2.report },
      ...sized2 && { size: { kept: sized2.kept, of: sized2.of } },
      ...corrupted && { corruption: corrupted.report }
    }
  };
  async function corruptTraining(training, amounts) {
    const { "off-domain": offDomain, seed, ...rest } = amounts;
    if (!offDomain) return corruptData(training, rest, stream(seed).child("corrupt"));
    const other = await loadResolved(resolveDataSource(offDomain.from, where3), context, where3);
    const items = removeOverlap(splitData(other).train, [splits.validation, splits.test, ...heldOut]).set;
    const from = { fraction: offDomain.fraction, from: items };
    return corruptData(training, { ...rest, offDomain: from }, stream(seed).child("corrupt"));
  }
}
function examplesOf(part, window2) {
  return part.kind === "text" && part.unit === "running" && window2 !== void 0 ? cutWindows(part, window2) : part;
}
function limitSize(set, size3, seed) {
  if (set.kind === "text" && set.unit === "running") return limitCharacters(set, size3);
  if (size3 > set.count) {
    throw new GraftError("invalid-value", {
      what: `size of ${set.name}`,
      received: size3,
      allowed: `at most ${set.count}, the training items there are`
    });
  }
  const order = stream(seed).child("size").permutation(set.count).slice(0, size3).sort();
  return { set: subset(set, order, `first ${size3} of a random order`), kept: size3, of: set.count };
}
function limitCharacters(set, size3) {
  const of = set.documents.reduce((sum2, text2) => sum2 + text2.length, 0);
  if (size3 > of) {
    throw new GraftError("invalid-value", {
      what: `size of ${set.name}`,
      received: size3,
      allowed: `at most ${of}, the characters of training text there are`
    });
  }
  const documents2 = [];
  let left = size3;
  for (const text2 of set.documents) {
    if (left <= 0) break;
    documents2.push(text2.slice(0, left));
    left -= text2.length;
  }
  const kept = subset(
    set,
    documents2.map((_, i) => i),
    `first ${size3} characters`
  );
  return { set: { ...kept, documents: documents2 }, kept: size3, of };
}

// src/data/batches.ts
function planBatches(count3, batchSize, stream2) {
  checkPositive("number of training items", count3);
  checkPositive("batch size", batchSize);
  const size3 = Math.min(batchSize, count3);
  let known2 = -1;
  let order = new Int32Array(0);
  const orderOf = (epoch) => {
    if (epoch !== known2) {
      order = stream2.child(`epoch ${epoch}`).permutation(count3);
      known2 = epoch;
    }
    return order;
  };
  return {
    size: size3,
    stepsPerEpoch: count3 / size3,
    indices(step3) {
      const out2 = new Int32Array(size3);
      for (let i = 0, position = step3 * size3; i < size3; ) {
        const epoch = Math.floor(position / count3);
        const within = position - epoch * count3;
        const taken = Math.min(size3 - i, count3 - within);
        out2.set(orderOf(epoch).subarray(within, within + taken), i);
        i += taken;
        position += taken;
      }
      return out2;
    }
  };
}
function evaluationBatches(count3, batchSize) {
  checkPositive("number of items to evaluate", count3);
  checkPositive("batch size", batchSize);
  const size3 = Math.min(batchSize, count3);
  return Array.from({ length: Math.ceil(count3 / size3) }, (_, batch) => ({
    indices: Int32Array.from({ length: size3 }, (_2, i) => {
      const item = batch * size3 + i;
      return item < count3 ? item : 0;
    }),
    valid: Math.min(size3, count3 - batch * size3)
  }));
}
function checkPositive(what, value) {
  if (!Number.isInteger(value) || value < 1) {
    throw new GraftError("invalid-value", { what, received: value, allowed: "an integer of at least 1" });
  }
}

// src/data/text-batches.ts
function joinPassages(passages) {
  const starts = new Int32Array(passages.length + 1);
  passages.forEach((passage, p) => {
    starts[p + 1] = starts[p] + passage.length;
  });
  const ids = new Int32Array(starts[passages.length]);
  passages.forEach((passage, p) => {
    ids.set(passage, starts[p]);
  });
  return { ids, starts };
}
function cropOffsets(text2, length, count3, step3, stream2) {
  checkPositive("crop length", length);
  const passages = text2.starts.length - 1;
  let total = 0;
  const before = new Float64Array(passages + 1);
  for (let p = 0; p < passages; p++) {
    total += Math.max(0, text2.starts[p + 1] - text2.starts[p] - length);
    before[p + 1] = total;
  }
  if (total === 0) {
    throw new GraftError("bad-data", {
      what: "training text",
      problem: `no passage has the ${length + 1} tokens that a training crop of ${length} needs`,
      hint: "Take a shorter context, or cut the text in windows and train on padded items."
    });
  }
  return stream2.child(`step ${step3}`).integers(count3, total).map((place) => {
    let low = 0;
    let high = passages;
    while (high - low > 1) {
      const middle = low + high >>> 1;
      if (before[middle] <= place) low = middle;
      else high = middle;
    }
    return text2.starts[low] + (place - before[low]);
  });
}
function cropBatch(text2, offsets, length) {
  const rows = offsets.length;
  const inputs = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  offsets.forEach((offset, row) => {
    inputs.set(text2.ids.subarray(offset, offset + length), row * length);
    targets.set(text2.ids.subarray(offset + 1, offset + length + 1), row * length);
  });
  return { rows, length, inputs, targets, mask: new Float32Array(rows * length).fill(1) };
}

// src/models/checkpoint.ts
import { join as join15 } from "node:path";

// src/data/tokenizers/read-tokenizer.ts
import { z as z39 } from "zod";
var vocabulary = z39.record(z39.string(), z39.int().min(0));
var tokenizerJson = z39.object({
  added_tokens: z39.array(z39.object({ id: z39.int(), content: z39.string(), special: z39.boolean() })).default([]),
  normalizer: z39.unknown().optional(),
  pre_tokenizer: z39.unknown().optional(),
  model: z39.object({
    type: z39.string().default("BPE"),
    byte_fallback: z39.boolean().nullish(),
    vocab: vocabulary,
    merges: z39.array(z39.union([z39.tuple([z39.string(), z39.string()]), z39.string()]))
  })
});
var byteLevel = z39.object({
  type: z39.literal("ByteLevel"),
  add_prefix_space: z39.literal(false),
  use_regex: z39.boolean().default(true)
});

// src/formats/duplicate-key.ts
var quoteMark = 34;
var backslash = 92;
function duplicateKey(json) {
  const seen = /* @__PURE__ */ new Set();
  let depth = 0;
  for (let at2 = 0; at2 < json.length; at2++) {
    const code = json.charCodeAt(at2);
    if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) depth--;
    else if (code === quoteMark) {
      const end = endOfString(json, at2);
      if (depth === 1 && isKey(json, end)) {
        const key = JSON.parse(json.slice(at2, end + 1));
        if (seen.has(key)) return key;
        seen.add(key);
      }
      at2 = end;
    }
  }
  return void 0;
}
function endOfString(json, start) {
  let at2 = start + 1;
  while (at2 < json.length && json.charCodeAt(at2) !== quoteMark)
    at2 += json.charCodeAt(at2) === backslash ? 2 : 1;
  return at2;
}
function isKey(json, end) {
  let at2 = end + 1;
  while (" 	\n\r".includes(json[at2] ?? ".")) at2++;
  return json[at2] === ":";
}

// src/formats/safetensors-header.ts
var format9 = "safetensors";
var safetensorsTypes = {
  BOOL: "bool",
  U8: "uint8",
  I8: "int8",
  I16: "int16",
  U16: "uint16",
  F16: "float16",
  BF16: "bfloat16",
  I32: "int32",
  U32: "uint32",
  F32: "float32",
  F64: "float64",
  I64: "int64",
  U64: "uint64"
};
var mostAxes2 = 64;
var again2 = { hint: "It is damaged: write or fetch it again." };
var longestHeader3 = 1e8;
function readSafetensorsHeader(range4, size3, path) {
  if (size3 < 8) {
    const problem = size3 === 0 ? "it is empty" : `it has ${size3} bytes; the header's length alone takes 8`;
    throw badFile(format9, path, problem, { ...again2, offset: "byte 0" });
  }
  const start = range4(0, Math.min(size3, 512));
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > size3 - 8 || length > longestHeader3 || start[8] !== 123) {
    const content = sniffContent(start);
    if (!["binary", "text", "safetensors"].includes(content.kind))
      throw wrongContent(format9, path, "it must start with the length of a header", start, content);
    if (length > size3 - 8 || length > longestHeader3)
      throw badFile(
        format9,
        path,
        `its header announces ${showCount(length)} bytes, but ` + (length > size3 - 8 ? `${showCount(size3 - 8)} follow` : `at most ${showCount(longestHeader3)} are allowed`),
        { offset: "byte 0", hint: "It is another kind of file, or an incomplete download: fetch it again." }
      );
    throw badFile(format9, path, "its header is not a JSON object", { ...again2, offset: "byte 8" });
  }
  const json = parseHeader(range4(8, length), path);
  return { entries: checkEntries(json, 8 + length, size3, path), metadata: checkMetadata2(json, path) };
}
function parseHeader(bytes2, path) {
  let text2;
  let json;
  try {
    text2 = new TextDecoder("utf-8", { fatal: true }).decode(bytes2);
    json = JSON.parse(text2);
  } catch (error) {
    const reason = error instanceof SyntaxError ? "valid JSON" : "UTF-8";
    throw badFile(format9, path, `its header is not ${reason}`, { ...again2, offset: "byte 8" });
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw badFile(format9, path, "its header is not a JSON object", { ...again2, offset: "byte 8" });
  const twice = duplicateKey(text2);
  if (twice !== void 0)
    throw badFile(format9, path, "its header names this tensor twice", {
      ...again2,
      offset: `tensor ${quote(twice)}`
    });
  return json;
}
function checkMetadata2(json, path) {
  const metadata = json.__metadata__ ?? {};
  if (typeof metadata !== "object" || Array.isArray(metadata))
    throw badFile(format9, path, "it must be an object of strings", { ...again2, offset: "__metadata__" });
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== "string")
      throw badFile(format9, path, `${quote(key)} must be a string`, { ...again2, offset: "__metadata__" });
  return metadata;
}
function checkEntries(json, start, size3, path) {
  const found = [];
  for (const [name, entry] of Object.entries(json)) {
    if (name === "__metadata__") continue;
    const place = { ...again2, offset: `tensor ${quote(name)}` };
    const { dtype: typeName, shape: shape2, data_offsets: offsets } = entry ?? {};
    if (typeof typeName !== "string" || !isSizes(shape2) || shape2.length > mostAxes2 || !isSizes(offsets) || offsets.length !== 2)
      throw badFile(
        format9,
        path,
        "it must have 'dtype', 'shape' and two 'data_offsets', whole numbers from 0 on",
        place
      );
    const dtype = Object.hasOwn(safetensorsTypes, typeName) ? safetensorsTypes[typeName] : void 0;
    if (dtype === void 0) {
      const allowed = Object.keys(safetensorsTypes);
      const near = nearest(typeName, allowed);
      throw badFile(format9, path, `its type is ${quote(typeName)}`, {
        ...place,
        hint: `Allowed: ${allowed.join(", ")}.${near === void 0 ? "" : ` The nearest is ${near}.`}`
      });
    }
    const [begin, end] = offsets;
    const bytes2 = elementCount(shape2) * dtypes[dtype].bytes;
    if (begin > end || start + end > size3)
      throw badFile(
        format9,
        path,
        `its offsets are ${showCount(begin)} to ${showCount(end)}, but the file has ${showCount(size3 - start)} bytes of tensors`,
        place
      );
    if (bytes2 !== end - begin)
      throw badFile(
        format9,
        path,
        `${showShape(shape2)} ${typeName} values take ${showCount(bytes2)} bytes, but its offsets enclose ${showCount(end - begin)}`,
        place
      );
    found.push({ name, dtype, shape: shape2, offset: start + begin, end: start + end });
  }
  checkCoverage(found, start, size3, path);
  return found.map(({ end: _, ...entry }) => entry);
}
function checkCoverage(entries, start, size3, path) {
  entries.sort((a, b) => a.offset - b.offset || a.end - b.end);
  let at2 = start;
  let previous = "the header";
  for (const { name, offset, end } of entries) {
    if (offset !== at2)
      throw badFile(
        format9,
        path,
        offset < at2 ? `it overlaps ${previous} by ${showCount(at2 - offset)} bytes` : `${showCount(offset - at2)} bytes before it belong to no tensor`,
        { ...again2, offset: `tensor ${quote(name)}` }
      );
    at2 = end;
    previous = quote(name);
  }
  if (at2 !== size3)
    throw badFile(format9, path, `${showCount(size3 - at2)} bytes after the last tensor belong to none`, {
      ...again2,
      offset: `byte ${at2}`
    });
}
function isSizes(value) {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

// src/formats/safetensors.ts
var format10 = "safetensors";
function readSafetensorsFile(path, select = () => true) {
  return withFile(path, format10, (range4, size3) => read(range4, size3, path, select));
}
function read(range4, size3, path, select) {
  const { entries, metadata } = readSafetensorsHeader(range4, size3, path);
  const tensors = /* @__PURE__ */ new Map();
  for (const { name, dtype, shape: shape2, offset } of entries) {
    if (!select(name)) continue;
    const count3 = elementCount(shape2);
    const bytes2 = range4(offset, count3 * dtypes[dtype].bytes);
    tensors.set(name, { dtype, shape: shape2, data: decodeNumbers(bytes2, 0, count3, dtype, true) });
  }
  return { tensors, metadata };
}
function writeSafetensors(tensors, metadata = {}) {
  const names2 = Object.keys(safetensorsTypes);
  const typeOf = ({ dtype }) => names2.findIndex((name) => safetensorsTypes[name] === dtype);
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) => typeOf(y) - typeOf(x) || Buffer.compare(Buffer.from(a), Buffer.from(b))
  );
  const notes = Object.entries(metadata).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const members = notes.length === 0 ? [] : [`"__metadata__":${objectOf(notes)}`];
  const parts = [];
  let offset = 0;
  for (const [name, array] of sorted) {
    if (name === "__metadata__" || elementCount(array.shape) !== array.data.length)
      throw new GraftError("invalid-value", {
        what: "a tensor to be written",
        received: `${name} [${array.shape.join(", ")}] with ${array.data.length} values`,
        allowed: "any name but '__metadata__', and as many values as its shape says"
      });
    const bytes2 = encodeNumbers(array);
    const entry = {
      dtype: names2[typeOf(array)],
      shape: array.shape,
      data_offsets: [offset, offset + bytes2.length]
    };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    parts.push(bytes2);
    offset += bytes2.length;
  }
  const json = Buffer.from(`{${members.join(",")}}`);
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, 32);
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  return [header, ...parts];
}
function writeSafetensorsFile(path, tensors, metadata = {}) {
  writeFileAtomic(path, writeSafetensors(tensors, metadata));
}
function objectOf(entries) {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
}

// src/models/context.ts
var inputNames = {
  field: (name) => `field/${name}`,
  parameter: (name) => `parameter/${name}`,
  state: (name) => `state/${name}`,
  noise: (name) => `noise/${name}`
};
function createContext(model, options22) {
  const { batchSize, training, extraFields = {} } = options22;
  const leaves = /* @__PURE__ */ new Map();
  const noises = [];
  const leaf = (name, make) => {
    const known2 = leaves.get(name) ?? make();
    leaves.set(name, known2);
    return known2;
  };
  const byName = (list) => Object.fromEntries(list.map((entry) => [entry.name, entry]));
  const fields = byName(model.fields);
  const parameters = byName(model.parameters);
  const states = byName(model.state);
  return {
    batchSize,
    noises,
    training: (layer) => training?.has(layer) ?? false,
    field: (name) => leaf(inputNames.field(name), () => {
      const extra = extraFields[name];
      if (extra !== void 0) return input(inputNames.field(name), extra.shape, extra.dtype);
      const { shape: shape2, dtype } = lookUp("field", fields, name);
      return input(inputNames.field(name), [batchSize, ...shape2], dtype);
    }),
    parameter: (name) => leaf(
      inputNames.parameter(name),
      () => input(inputNames.parameter(name), lookUp("parameter", parameters, name).shape)
    ),
    state: (name) => leaf(inputNames.state(name), () => input(inputNames.state(name), lookUp("state", states, name).shape)),
    noise: (name, shape2, kind = "normal") => leaf(inputNames.noise(name), () => {
      noises.push({ name, kind, shape: shape2 });
      return input(inputNames.noise(name), shape2);
    })
  };
}

// src/models/weights.ts
function freshWeights(model, stream2) {
  return {
    parameters: initialise(model.parameters, stream2),
    state: Object.fromEntries(
      model.state.map(({ name, shape: shape2, initial }) => [name, new Float32Array(sizeOf(shape2)).fill(initial)])
    )
  };
}
function weightFeeds({ parameters, state }) {
  return {
    ...Object.fromEntries(Object.entries(parameters).map(([name, v]) => [inputNames.parameter(name), v])),
    ...Object.fromEntries(Object.entries(state).map(([name, v]) => [inputNames.state(name), v]))
  };
}
function checkWeights(model, weights, where3) {
  const check = (specs, values, kind) => {
    for (const { name, shape: shape2 } of specs) {
      const length = values[name]?.length;
      if (length !== sizeOf(shape2))
        throw new GraftError("bad-data", {
          what: `${kind} '${name}'`,
          problem: length === void 0 ? "is missing" : `has ${length} values where [${shape2.join(", ")}] is needed`,
          ...where3 === void 0 ? {} : { where: where3 }
        });
    }
  };
  check(model.parameters, weights.parameters, "parameter");
  check(model.state, weights.state, "state");
}
function copyWeights({ parameters, state }) {
  const copy = (values) => Object.fromEntries(Object.entries(values).map(([name, v]) => [name, v.slice()]));
  return { parameters: copy(parameters), state: copy(state) };
}

// src/models/checkpoint.ts
var files = {
  config: "config.json",
  weights: "model.safetensors",
  tokenizer: "tokenizer.json",
  card: "README.md"
};
function tensorShapes(model) {
  return new Map([
    ...model.parameters.map(({ name, shape: shape2 }) => [name, shape2]),
    ...model.state.map(({ name, shape: shape2 }) => [`state/${name}`, shape2])
  ]);
}
function weightTensors(model, { parameters, state }) {
  const shapes = tensorShapes(model);
  const entry = (name, data) => [
    name,
    { dtype: "float32", shape: shapes.get(name), data }
  ];
  return new Map([
    ...Object.entries(parameters).map(([name, v]) => entry(name, v)),
    ...Object.entries(state).map(([name, v]) => entry(`state/${name}`, v))
  ]);
}
function saveCheckpoint(folder, checkpoint, card) {
  const { model, weights, data, tokenizer } = checkpoint;
  checkWeights(model, weights);
  makeFolder(folder);
  const config = { graft: 1, family: model.family, config: model.config, data };
  writeFileAtomic(
    join15(folder, files.weights),
    writeSafetensors(weightTensors(model, weights), { format: "graft" })
  );
  if (tokenizer !== void 0)
    writeFileAtomic(join15(folder, files.tokenizer), `${JSON.stringify(tokenizer.toJSON(), null, 1)}
`);
  writeFileAtomic(join15(folder, files.config), `${JSON.stringify(config, null, 2)}
`);
  writeFileAtomic(join15(folder, files.card), card);
}

// src/models/example-table.ts
function batchFeeds(fields, batchSize) {
  const entries = fields.map(({ name, shape: shape2, dtype }) => {
    const size3 = sizeOf(shape2);
    const length = batchSize * size3;
    return { name, size: size3, data: dtype === "int32" ? new Int32Array(length) : new Float32Array(length) };
  });
  return {
    feeds: Object.fromEntries(entries.map(({ name, data }) => [inputNames.field(name), data])),
    fill(table2, rows) {
      for (const { name, size: size3, data } of entries) {
        const field = table2.fields[name];
        if (field === void 0 || sizeOf(field.shape) !== size3)
          throw new GraftError("bad-data", {
            what: `field '${name}' of the examples`,
            problem: field === void 0 ? "is missing" : `has shape [${field.shape.join(", ")}], ${size3} values needed`
          });
        for (let i = 0; i < rows.length; i++) {
          const from = rows[i] * size3;
          data.set(field.data.subarray(from, from + size3), i * size3);
        }
      }
    }
  };
}

// src/training/batch-source.ts
function epochs(table2, batchSize, stream2) {
  const plan = planBatches(table2.count, batchSize, stream2);
  return {
    batchSize: plan.size,
    stepsPerEpoch: plan.stepsPerEpoch,
    fill: (step3, batch) => batch.fill(table2, plan.indices(step3)),
    finite: { table: table2, rows: (step3) => plan.indices(step3) }
  };
}
function randomWindows(text2, length, batchSize, stream2) {
  return {
    batchSize,
    fill(step3, batch) {
      const { inputs, targets } = cropBatch(text2, cropOffsets(text2, length, batchSize, step3, stream2), length);
      batch.feeds[inputNames.field("tokens")].set(inputs);
      batch.feeds[inputNames.field("targets")].set(targets);
    }
  };
}

// src/training/convergence.ts
import { z as z40 } from "zod";
var convergenceRule = z40.strictObject({
  patience: z40.int().min(1).default(5).describe("looks at validation without improvement after which training ends"),
  ...toleranceShape(1e-3)
});
var unobserved = {
  looks: 0,
  best: null,
  bestLook: null,
  reference: null,
  sinceImprovement: 0
};
function observeLook(rule, state, validation) {
  const isBest = improves(validation, state.best, { ...rule, tolerance: 0 });
  const improved = improves(validation, state.reference, rule);
  return {
    looks: state.looks + 1,
    best: isBest ? validation : state.best,
    bestLook: isBest ? state.looks : state.bestLook,
    reference: improved ? validation : state.reference,
    sinceImprovement: improved ? 0 : state.sinceImprovement + 1
  };
}
function hasConverged(rule, state) {
  return state.sinceImprovement >= rule.patience;
}
var stateSchema = z40.strictObject({
  looks: z40.int().min(0),
  best: z40.number().nullable(),
  bestLook: z40.int().min(0).nullable(),
  reference: z40.number().nullable(),
  sinceImprovement: z40.int().min(0)
});

// src/onnx/model-proto.ts
var elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16
};

// src/onnx/protobuf-writer.ts
var encoder = new TextEncoder();
function encodeMessage(encode) {
  const measure2 = new MeasuringSink();
  encode(measure2);
  const writer = new WritingSink(measure2);
  encode(writer);
  return writer.buffer;
}
function varintSize(value) {
  if (value < 0) return 10;
  if (typeof value === "bigint") {
    let size4 = 1;
    for (let rest = value >> 7n; rest > 0n; rest >>= 7n) size4++;
    return size4;
  }
  let size3 = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size3++;
  return size3;
}
var sumOfSizes = (values) => values.reduce((sum2, value) => sum2 + varintSize(value), 0);
var MeasuringSink = class {
  size = 0;
  /** Sizes of nested messages in the order in which they begin. */
  nested = [];
  /** Encoded strings in call order, so that each is encoded once. */
  strings = [];
  integer(field, value) {
    if (value !== void 0) this.size += varintSize(field << 3) + varintSize(value);
  }
  float(field, _value) {
    this.size += varintSize(field << 3) + 4;
  }
  text(field, value) {
    if (value === void 0) return;
    const bytes2 = encoder.encode(value);
    this.strings.push(bytes2);
    this.block(field, bytes2.length);
  }
  bytes(field, value) {
    if (value !== void 0) this.block(field, value.length);
  }
  floats(field, values) {
    this.block(field, values.length * 4);
  }
  integers(field, values) {
    this.block(field, sumOfSizes(values));
  }
  message(field, encode) {
    const at2 = this.nested.push(0) - 1;
    const before = this.size;
    encode(this);
    const size3 = this.size - before;
    this.nested[at2] = size3;
    this.size = before;
    this.block(field, size3);
  }
  block(field, size3) {
    this.size += varintSize(field << 3) + varintSize(size3) + size3;
  }
};
var WritingSink = class {
  buffer;
  view;
  measured;
  offset = 0;
  nextNested = 0;
  nextString = 0;
  constructor(measured) {
    this.measured = measured;
    this.buffer = new Uint8Array(measured.size);
    this.view = new DataView(this.buffer.buffer);
  }
  integer(field, value) {
    if (value === void 0) return;
    this.varint(field << 3);
    this.varint(value);
  }
  float(field, value) {
    this.varint(field << 3 | 5);
    this.view.setFloat32(this.offset, value, true);
    this.offset += 4;
  }
  text(field, value) {
    if (value !== void 0) this.bytes(field, this.measured.strings[this.nextString++]);
  }
  bytes(field, value) {
    if (value === void 0) return;
    this.head(field, value.length);
    this.buffer.set(value, this.offset);
    this.offset += value.length;
  }
  floats(field, values) {
    this.head(field, values.length * 4);
    for (const value of values) {
      this.view.setFloat32(this.offset, value, true);
      this.offset += 4;
    }
  }
  integers(field, values) {
    this.head(field, sumOfSizes(values));
    for (const value of values) this.varint(value);
  }
  message(field, encode) {
    this.head(field, this.measured.nested[this.nextNested++]);
    encode(this);
  }
  head(field, size3) {
    this.varint(field << 3 | 2);
    this.varint(size3);
  }
  varint(value) {
    if (typeof value === "bigint" || value < 0) {
      let rest2 = BigInt.asUintN(64, BigInt(value));
      for (; rest2 >= 128n; rest2 >>= 7n) this.buffer[this.offset++] = Number(rest2 & 127n) | 128;
      this.buffer[this.offset++] = Number(rest2);
      return;
    }
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.buffer[this.offset++] = rest % 128 | 128;
    this.buffer[this.offset++] = rest;
  }
};

// src/onnx/encode-model.ts
function encodeModel(model) {
  return encodeMessage((sink) => {
    sink.integer(1, model.irVersion);
    sink.text(2, model.producerName);
    sink.text(3, model.producerVersion);
    sink.text(6, model.doc);
    sink.message(7, (graph) => writeGraph(graph, model.graph));
    for (const [domain, version] of Object.entries(model.opsets))
      sink.message(8, (opset) => {
        opset.text(1, domain);
        opset.integer(2, version);
      });
    for (const [key, value] of Object.entries(model.metadata)) writeEntry(sink, 14, key, value);
  });
}
function writeEntry(sink, field, key, value) {
  sink.message(field, (entry) => {
    entry.text(1, key);
    entry.text(2, value);
  });
}
function writeGraph(sink, graph) {
  for (const node of graph.nodes) sink.message(1, (inner) => writeNode(inner, node));
  sink.text(2, graph.name);
  for (const tensor of graph.initializers) sink.message(5, (inner) => writeTensor(inner, tensor));
  sink.text(10, graph.doc);
  for (const value of graph.inputs) sink.message(11, (inner) => writeValueInfo(inner, value));
  for (const value of graph.outputs) sink.message(12, (inner) => writeValueInfo(inner, value));
}
function writeNode(sink, node) {
  for (const name of node.inputs) sink.text(1, name);
  for (const name of node.outputs) sink.text(2, name);
  sink.text(3, node.name);
  sink.text(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes))
    sink.message(5, (inner) => writeAttribute(inner, name, value));
  if (node.domain !== "") sink.text(7, node.domain);
}
function writeAttribute(sink, name, attribute) {
  sink.text(1, name);
  switch (attribute.kind) {
    case "float":
      sink.float(2, attribute.value);
      sink.integer(20, 1);
      break;
    case "int":
      sink.integer(3, attribute.value);
      sink.integer(20, 2);
      break;
    case "string":
      sink.text(4, attribute.value);
      sink.integer(20, 3);
      break;
    case "tensor":
      sink.message(5, (inner) => writeTensor(inner, attribute.value));
      sink.integer(20, 4);
      break;
    case "graph":
      sink.message(6, (inner) => writeGraph(inner, attribute.value));
      sink.integer(20, 5);
      break;
    case "floats":
      sink.floats(7, attribute.value);
      sink.integer(20, 6);
      break;
    case "ints":
      sink.integers(8, attribute.value);
      sink.integer(20, 7);
      break;
    case "strings":
      for (const value of attribute.value) sink.text(9, value);
      sink.integer(20, 8);
      break;
    default:
      attribute;
  }
}
function writeTensor(sink, tensor) {
  for (const dimension of tensor.dims) sink.integer(1, dimension);
  sink.integer(2, elementTypes[tensor.type]);
  sink.text(8, tensor.name);
  if (tensor.external === void 0) {
    sink.bytes(9, tensor.raw);
    return;
  }
  const { location, offset, length } = tensor.external;
  writeEntry(sink, 13, "location", location);
  writeEntry(sink, 13, "offset", String(offset));
  writeEntry(sink, 13, "length", String(length));
  sink.integer(14, 1);
}
function writeValueInfo(sink, value) {
  sink.text(1, value.name);
  sink.message(
    2,
    (type) => type.message(1, (tensor) => {
      tensor.integer(1, elementTypes[value.type]);
      if (value.shape === void 0) return;
      tensor.message(2, (shape2) => {
        for (const dimension of value.shape)
          shape2.message(1, (inner) => {
            if (typeof dimension === "number") inner.integer(1, dimension);
            else if (dimension !== "") inner.text(2, dimension);
          });
      });
    })
  );
  sink.text(3, value.doc);
}

// src/tensor/program.ts
import { createHash as createHash5 } from "node:crypto";

// src/tensor/tensor.ts
function isOp(node, op) {
  return node.op === op;
}

// src/tensor/program.ts
function program(outputs) {
  const inputs = /* @__PURE__ */ new Map();
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (!isOp(node, "input")) continue;
    const { name } = node.attributes;
    if (inputs.has(name))
      throw new GraftError("conflict", {
        first: `input '${name}'`,
        second: `another input '${name}'`,
        reason: "the inputs of a program have different names"
      });
    inputs.set(name, node);
  }
  return { inputs: [...inputs.values()], outputs };
}
function topologicalOrder(tensors) {
  const order = [];
  const seen = /* @__PURE__ */ new Set();
  const stack = [];
  for (const tensor of tensors) {
    if (seen.has(tensor.node)) continue;
    seen.add(tensor.node);
    stack.push({ node: tensor.node, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const child = top.node.inputs[top.next++];
      if (child === void 0) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(child.node)) {
        seen.add(child.node);
        stack.push({ node: child.node, next: 0 });
      }
    }
  }
  return order;
}
function attributesText(node) {
  if (isOp(node, "constant")) {
    const { data, shape: shape2, dtype } = node.attributes;
    const bytes2 = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const content = bytes2.length <= 64 ? [...data].join(",") : createHash5("sha256").update(bytes2).digest("hex");
    return `${dtype}[${shape2.join(",")}]:${data.constructor.name}:${content}`;
  }
  const attributes = node.attributes;
  return JSON.stringify(attributes, Object.keys(attributes).sort());
}

// src/onnx/graph-builder.ts
var MICROSOFT = "com.microsoft";
var BLOCKED = "com.microsoft.nchwc";
var float = (value) => ({ float: value });
var GraphBuilder = class {
  nodes = [];
  initializers = [];
  /** Only operators of the ONNX standard may be written. */
  portable;
  /** Operator domains in use. */
  domains = /* @__PURE__ */ new Set([""]);
  taken;
  constants = /* @__PURE__ */ new Map();
  written = /* @__PURE__ */ new Map();
  /** Values that exist in channel-blocked order as well, by their plain names. */
  blocked = /* @__PURE__ */ new Map();
  scalars = /* @__PURE__ */ new Set();
  inputs;
  symbols;
  counter = 0;
  /**
   * @param inputs the program's inputs, whose ONNX names are their own
   * @param reserved names that no value of the graph may take
   * @param symbols dimensions that are fixed although the program leaves them open
   * @param portable only operators of the ONNX standard may be written
   */
  constructor(inputs, reserved, symbols = {}, portable = false) {
    this.portable = portable;
    this.inputs = inputs;
    this.taken = new Set(reserved);
    this.symbols = symbols;
  }
  /** Appends a node with one output and returns the output's name. */
  node(opType, inputs, attributes = {}, domain = "") {
    return this.nodeWithOutputs(opType, inputs, [true], attributes, domain)[0];
  }
  /**
   * Appends a node; outputs that are not wanted are left out and come back as ''. A node that does what an earlier one
   * does is not written again.
   */
  nodeWithOutputs(opType, inputs, wanted, attributes = {}, domain = "") {
    const key = JSON.stringify([opType, domain, inputs, wanted, attributes]);
    const known2 = this.written.get(key);
    if (known2 !== void 0) return known2;
    const outputs = wanted.map((is) => is ? this.freshName() : "");
    this.append(opType, inputs, outputs, attributes, domain);
    this.written.set(key, outputs);
    return outputs;
  }
  /** Appends a node that writes values of given names. */
  append(opType, inputs, outputs, attributes = {}, domain = "") {
    this.domains.add(domain);
    const trimmed = [...outputs];
    while (trimmed[trimmed.length - 1] === "") trimmed.pop();
    this.nodes.push({
      opType,
      domain,
      name: `n${this.nodes.length}`,
      inputs,
      outputs: trimmed,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)])
      )
    });
  }
  /**
   * Appends an element-wise node with one output. Where its operands exist in channel-blocked order, it works on those,
   * so that the next convolution need not reorder them.
   * @param flags the output is truth values, which cannot be reordered
   */
  elementwise(opType, inputs, attributes = {}, flags = false) {
    const operands = inputs.filter((input2) => input2 !== "" && !this.scalars.has(input2));
    const known2 = operands.map((input2) => this.blocked.get(input2));
    const [first2] = known2;
    if (first2 === void 0 || !known2.every((b) => b !== void 0 && sameShape(b.shape, first2.shape)))
      return this.node(opType, inputs, attributes);
    const value = this.node(
      opType,
      inputs.map((input2) => this.blocked.get(input2)?.value ?? input2),
      attributes
    );
    if (!flags) return this.leaveBlocked(value, first2.shape);
    const plain = this.node(opType, inputs, attributes);
    this.blocked.set(plain, { value, shape: first2.shape });
    return plain;
  }
  /** The value in channel-blocked order. */
  enterBlocked(value) {
    return this.blocked.get(value)?.value ?? this.node("ReorderInput", [value], {}, BLOCKED);
  }
  /** The plain value of a blocked one. */
  leaveBlocked(value, shape2) {
    const plain = this.node("ReorderOutput", [value], { channels: shape2[1] }, BLOCKED);
    this.blocked.set(plain, { value, shape: shape2 });
    return plain;
  }
  /** A float32, int32 or bool constant with a name of its own, not shared. */
  tensor(name, type, dims, data) {
    this.initializers.push({ name, type, dims, raw: bytesOf2(data) });
  }
  /** A shared float32 constant. */
  float(value) {
    return this.floats([], [value]);
  }
  floats(dims, values) {
    return this.shared("float32", dims, Float32Array.from(values));
  }
  /** A shared int64 vector, as shapes, axes and pads are. */
  integers(values) {
    return this.shared("int64", [values.length], BigInt64Array.from(values, BigInt));
  }
  /** A shared int64 scalar. */
  integer(value) {
    return this.shared("int64", [], BigInt64Array.of(BigInt(value)));
  }
  /** A constant that is shared with all equal ones. */
  shared(type, dims, data) {
    const raw = bytesOf2(data);
    const key = raw.length <= 256 ? `${type}[${dims}]${Buffer.from(raw).toString("hex")}` : void 0;
    const known2 = key === void 0 ? void 0 : this.constants.get(key);
    if (known2 !== void 0) return known2;
    const name = this.freshName("c");
    this.initializers.push({ name, type, dims, raw });
    if (dims.length === 0) this.scalars.add(name);
    if (key !== void 0) this.constants.set(key, name);
    return name;
  }
  /** A dimension as a number where its symbols are fixed. */
  fix(dimension) {
    if (typeof dimension === "number") return dimension;
    return symbolsOf([dimension]).every((symbol) => symbol in this.symbols) ? bind(dimension, this.symbols) : dimension;
  }
  /** A shape as an int64 vector: a constant where all dimensions are numbers, else computed while running. */
  shape(dimensions) {
    const fixed2 = dimensions.map((dimension) => this.fix(dimension));
    if (fixed2.every((dimension) => typeof dimension === "number")) return this.integers(fixed2);
    const parts = fixed2.map(
      (dimension) => typeof dimension === "number" ? this.integers([dimension]) : this.openDimension(dimension)
    );
    return this.once(
      `shape ${fixed2.join()}`,
      () => parts.length === 1 ? parts[0] : this.node("Concat", parts, { axis: 0 })
    );
  }
  /** An open dimension such as '64*batch' as an int64 vector of one element. */
  openDimension(dimension) {
    return this.once(`dimension ${dimension}`, () => {
      const direct = this.sizeOfInput(dimension);
      if (direct !== void 0) return direct;
      const factors = dimension.split("*").map((part) => {
        const fixed2 = this.fix(Number.isNaN(Number(part)) ? part : Number(part));
        if (typeof fixed2 === "number") return this.integers([fixed2]);
        const size3 = this.sizeOfInput(fixed2);
        if (size3 !== void 0) return size3;
        throw new GraftError("unsupported", {
          what: `open dimension '${fixed2}'`,
          reason: "no input of the program has an axis of this size alone",
          hint: "Give the program an input with such an axis, or fix the dimension."
        });
      });
      return factors.reduce((a, b) => this.node("Mul", [a, b]));
    });
  }
  sizeOfInput(dimension) {
    for (const input2 of this.inputs) {
      const axis = input2.shape.indexOf(dimension);
      if (axis < 0 || input2.node.op !== "input") continue;
      const { name } = input2.node.attributes;
      return this.once(`size ${dimension}`, () => this.node("Shape", [name], { start: axis, end: axis + 1 }));
    }
    return void 0;
  }
  once(key, make) {
    const known2 = this.constants.get(key);
    if (known2 !== void 0) return known2;
    const name = make();
    this.constants.set(key, name);
    return name;
  }
  freshName(prefix = "t") {
    let name;
    do
      name = `${prefix}${this.counter++}`;
    while (this.taken.has(name));
    return name;
  }
};
function attributeOf(value) {
  if (typeof value === "number") return { kind: "int", value };
  if (typeof value === "string") return { kind: "string", value };
  if ("float" in value) return { kind: "float", value: value.float };
  return { kind: "ints", value };
}
function bytesOf2(data) {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

// src/onnx/lower-rules/lower-rule.ts
function operator(opType, attributes = () => ({})) {
  return (node) => ({
    reads: node.inputs,
    emit: (graph, reads) => [graph.node(opType, reads, attributes(node.attributes, node))]
  });
}
function elementwise(opType, attributes = () => ({})) {
  return (node) => ({
    reads: node.inputs,
    emit: (graph, reads) => [graph.elementwise(opType, reads, attributes(node.attributes))]
  });
}
function same(tensor) {
  return { reads: [tensor], emit: (_, reads) => [reads[0]] };
}

// src/onnx/lower-rules/convolution.ts
var attributesOf2 = (a) => ({
  strides: a.strides,
  pads: a.pads,
  dilations: a.dilations,
  group: a.groups
});
var plainConv = operator("Conv", attributesOf2);
var plainConvTranspose = operator("ConvTranspose", (a) => ({
  ...attributesOf2(a),
  output_padding: a.outputPadding
}));
var conv2 = (node, context) => blockedConv(node, context.blockedChannels, {}) ?? plainConv(node, context);
var convTranspose2 = (node, context) => blockedConvTranspose(node, context.blockedChannels, {}) ?? plainConvTranspose(node, context);
function rectifiedConv(node, context) {
  const [x] = node.inputs;
  if (!isOp(node, "relu") || !context.once(x)) return void 0;
  const activation = { activation: "Relu" };
  if (isOp(x.node, "conv")) return blockedConv(x.node, context.blockedChannels, activation);
  if (isOp(x.node, "conv-transpose"))
    return blockedConvTranspose(x.node, context.blockedChannels, activation);
  return void 0;
}
var WORTHWHILE = 1e6;
function sizesOf(node) {
  const [x, w] = node.inputs;
  const shape2 = [typeof x.shape[0] === "number" ? x.shape[0] : 1, ...x.shape.slice(1)];
  if (shape2.length !== 4 || node.attributes.groups !== 1 || !isConcrete(shape2) || !isConcrete(w.shape))
    return void 0;
  return { x: shape2, w: w.shape };
}
function blockedConv(node, block2, activation) {
  const sizes = block2 === void 0 ? void 0 : sizesOf(node);
  if (block2 === void 0 || sizes === void 0) return void 0;
  const { strides, pads, dilations } = node.attributes;
  const [outputs, inputs, ...kernel2] = sizes.w;
  const few = inputs < block2;
  if (outputs % block2 !== 0 || !few && inputs % block2 !== 0) return void 0;
  const output = node.outputs[0].shape.slice(2);
  if (sizes.x[0] * sizeOf(output) * sizeOf(sizes.w) < WORTHWHILE) return void 0;
  const large = kernel2.some((size3, i) => size3 > output[i]);
  if (large && dilations.some((d) => d > 1)) return void 0;
  return {
    reads: node.inputs,
    emit: (graph, [x, w, bias]) => {
      const padded = large ? emitPads(graph, x, pads) : x;
      const filter = few ? blockedFilter(graph, w, [outputs / block2, block2, inputs, ...kernel2], [0, 2, 3, 4, 1], sizes.w) : blockedFilter(
        graph,
        w,
        [outputs / block2, block2, inputs / block2, block2, ...kernel2],
        [0, 2, 4, 5, 3, 1],
        sizes.w
      );
      const y = graph.node(
        "Conv",
        [few ? padded : graph.enterBlocked(padded), filter, ...bias === void 0 ? [] : [bias]],
        { kernel_shape: kernel2, strides, dilations, pads: large ? [0, 0, 0, 0] : pads, ...activation },
        BLOCKED
      );
      return [graph.leaveBlocked(y, node.outputs[0].shape)];
    }
  };
}
function emitPads(graph, x, pads) {
  if (pads.every((pad4) => pad4 === 0)) return x;
  const [top, left, bottom, right] = pads;
  return graph.node("Pad", [x, graph.integers([0, 0, top, left, 0, 0, bottom, right]), graph.float(0)]);
}
function blockedFilter(graph, w, split, permutation, shape2) {
  const parts = graph.node("Reshape", [w, graph.integers(split)]);
  return graph.node("Reshape", [
    graph.node("Transpose", [parts], { perm: permutation }),
    graph.integers(shape2)
  ]);
}
function phasesOf(a, x, w, out2, i) {
  const stride = a.strides[i];
  const taps = Math.ceil(w[i + 2] / stride);
  const first2 = Math.floor(a.pads[i] / stride);
  const length = Math.ceil((a.pads[i] + out2[i]) / stride) - first2;
  const left = taps - 1 - first2;
  const right = length - 1 + taps - left - x[i + 2];
  const phases = { stride, taps, pads: [left, right], length, cut: a.pads[i] - first2 * stride };
  return left < 0 || right < 0 || a.dilations[i] !== 1 ? void 0 : phases;
}
function blockedConvTranspose(node, block2, activation) {
  const sizes = block2 === void 0 ? void 0 : sizesOf(node);
  if (block2 === void 0 || sizes === void 0) return void 0;
  const [inputs, outputs] = sizes.w;
  if (inputs % block2 !== 0 || outputs % block2 !== 0) return void 0;
  if (sizeOf(sizes.x) * outputs * sizeOf(sizes.w.slice(2)) < WORTHWHILE) return void 0;
  const out2 = node.outputs[0].shape.slice(2);
  const [v, h] = [0, 1].map((i) => phasesOf(node.attributes, sizes.x, sizes.w, out2, i));
  if (v === void 0 || h === void 0) return void 0;
  const residues = v.stride * h.stride;
  return {
    reads: node.inputs,
    emit: (graph, [x, w, bias]) => {
      const shifts = bias === void 0 ? [] : [residues === 1 ? bias : repeat(graph, bias, residues)];
      const y = graph.node(
        "Conv",
        [graph.enterBlocked(x), phaseFilter(graph, w, sizes.w, block2, v, h), ...shifts],
        {
          kernel_shape: [v.taps, h.taps],
          pads: [v.pads[0], h.pads[0], v.pads[1], h.pads[1]],
          ...activation
        },
        BLOCKED
      );
      const joined = emitInterleaved(graph, y, outputs, block2, v, h, out2);
      return [graph.leaveBlocked(joined, node.outputs[0].shape)];
    }
  };
}
var repeat = (graph, x, times) => graph.node("Concat", Array(times).fill(x), { axis: 0 });
function phaseFilter(graph, w, [inputs, outputs, kh, kw], block2, v, h) {
  const below = v.taps * v.stride - kh;
  const beside = h.taps * h.stride - kw;
  const full = emitPads(graph, w, [0, 0, below, beside]);
  const parts = graph.node("Reshape", [
    full,
    graph.integers([inputs / block2, block2, outputs / block2, block2, v.taps, v.stride, h.taps, h.stride])
  ]);
  const backwards = graph.node("Slice", [
    parts,
    graph.integers([-1, -1]),
    graph.integers([-(2n ** 62n), -(2n ** 62n)]),
    graph.integers([4, 6]),
    graph.integers([-1, -1])
  ]);
  const turned = graph.node("Transpose", [backwards], { perm: [5, 7, 2, 0, 4, 6, 1, 3] });
  return graph.node("Reshape", [
    turned,
    graph.integers([v.stride * h.stride * outputs, inputs, v.taps, h.taps])
  ]);
}
function emitInterleaved(graph, y, channels, block2, v, h, [height, width]) {
  let result = y;
  const rows = v.length * v.stride;
  const columns = h.length * h.stride;
  if (v.stride * h.stride > 1) {
    const split = [0, v.stride, h.stride, channels / block2, v.length, h.length, block2];
    result = graph.node("Reshape", [result, graph.integers(split)]);
    result = graph.node("Transpose", [result], { perm: [0, 3, 4, 1, 5, 2, 6] });
  }
  if (rows !== height || columns !== width) {
    result = graph.node("Reshape", [result, graph.integers([0, channels / block2, rows, columns, block2])]);
    result = graph.node("Slice", [
      result,
      graph.integers([v.cut, h.cut]),
      graph.integers([v.cut + height, h.cut + width]),
      graph.integers([2, 3])
    ]);
  }
  return result === y ? y : graph.node("Reshape", [result, graph.integers([0, channels, height, width])]);
}

// src/onnx/lower-rules/arrangement.ts
var WHOLE = 2n ** 63n - 1n;
var BEFORE_FIRST = -(2n ** 63n) + 1n;
var reduce3 = (opType) => (node) => {
  const { axes, keep } = node.attributes;
  if (axes.length === 0) return same(node.inputs[0]);
  return {
    reads: node.inputs,
    emit: (graph, [x]) => [graph.node(opType, [x, graph.integers(axes)], { keepdims: keep ? 1 : 0 })]
  };
};
function emitReshape(graph, name, from, to) {
  const source = from.map((dimension) => graph.fix(dimension));
  const target = to.map((dimension) => graph.fix(dimension));
  if (sameShape(source, target)) return name;
  const entries = target.map(
    (dimension, i) => typeof dimension === "number" ? dimension : dimension === source[i] ? 0 : -1
  );
  const emptyAxis = target.includes(0);
  const shape2 = !emptyAxis && entries.filter((entry) => entry === -1).length <= 1 ? graph.integers(entries) : graph.shape(target);
  return graph.node("Reshape", [name, shape2], emptyAxis ? { allowzero: 1 } : {});
}
var transpose3 = (node) => {
  const { permutation } = node.attributes;
  const x = node.inputs[0];
  const moved = permutation.filter((axis) => x.shape[axis] !== 1);
  const inOrder = moved.every((axis, i) => i === 0 || moved[i - 1] < axis);
  if (inOrder)
    return {
      reads: [x],
      emit: (graph, [name]) => [emitReshape(graph, name, x.shape, node.outputs[0].shape)]
    };
  return {
    reads: [x],
    emit: (graph, reads) => [graph.node("Transpose", reads, { perm: permutation })]
  };
};
var slice2 = (node) => {
  const { starts, ends, steps } = node.attributes;
  const x = node.inputs[0];
  const cut2 = starts.map((_, axis) => axis).filter((axis) => starts[axis] !== 0 || steps[axis] !== 1 || ends[axis] !== x.shape[axis]);
  if (cut2.length === 0) return same(x);
  const endOf = (axis) => {
    const end = ends[axis];
    return typeof end === "string" ? WHOLE : end < 0 ? BEFORE_FIRST : end;
  };
  return {
    reads: [x],
    emit: (graph, [name]) => [
      graph.node("Slice", [
        name,
        graph.integers(cut2.map((axis) => starts[axis])),
        graph.integers(cut2.map(endOf)),
        graph.integers(cut2),
        graph.integers(cut2.map((axis) => steps[axis]))
      ])
    ]
  };
};
var pad3 = (node) => {
  const { before, after, value } = node.attributes;
  if ([...before, ...after].every((n) => n === 0)) return same(node.inputs[0]);
  return {
    reads: node.inputs,
    emit: (graph, [x]) => [
      graph.node("Pad", [x, graph.integers([...before, ...after]), graph.float(value)])
    ]
  };
};
var expand2 = (node) => {
  const x = node.inputs[0];
  const { shape: shape2 } = node.outputs[0];
  if (sameShape(x.shape, shape2)) return same(x);
  const offset = shape2.length - x.shape.length;
  const repeats = shape2.map((dimension, i) => dimension === x.shape[i - offset] ? 1 : dimension);
  return { reads: [x], emit: (graph, [name]) => [graph.node("Expand", [name, graph.shape(repeats)])] };
};
var scatterAdd2 = (node) => {
  const { shape: shape2 } = node.outputs[0];
  return {
    reads: node.inputs,
    emit: (graph, [updates, indices]) => {
      const zeros2 = graph.node("Expand", [graph.float(0), graph.shape(shape2)]);
      return [
        graph.node("ScatterElements", [zeros2, indices, updates], {
          axis: node.attributes.axis,
          reduction: "add"
        })
      ];
    }
  };
};
var oneHot2 = (node) => ({
  reads: node.inputs,
  emit: (graph, [indices]) => {
    const depth = graph.shared("int32", [], Int32Array.of(node.attributes.depth));
    return [graph.node("OneHot", [indices, depth, graph.floats([2], [0, 1])], { axis: -1 })];
  }
});
var arrangementLowering = {
  input: (node) => ({ reads: [], emit: () => [node.attributes.name] }),
  constant: (node) => ({
    reads: [],
    emit: (graph) => {
      const { data, shape: shape2, dtype } = node.attributes;
      const typed2 = dtype === "float32" ? Float32Array.from(data) : dtype === "int32" ? Int32Array.from(data) : Uint8Array.from(data, (value) => value === 0 ? 0 : 1);
      return [graph.shared(dtype, shape2, typed2)];
    }
  }),
  sum: reduce3("ReduceSum"),
  mean: reduce3("ReduceMean"),
  max: reduce3("ReduceMax"),
  min: reduce3("ReduceMin"),
  cumsum: (node) => ({
    reads: node.inputs,
    emit: (graph, [x]) => {
      const { axis, exclusive, reverse } = node.attributes;
      return [
        graph.node("CumSum", [x, graph.integer(axis)], {
          exclusive: exclusive ? 1 : 0,
          reverse: reverse ? 1 : 0
        })
      ];
    }
  }),
  reshape: (node) => ({
    reads: node.inputs,
    emit: (graph, [x]) => [emitReshape(graph, x, node.inputs[0].shape, node.outputs[0].shape)]
  }),
  transpose: transpose3,
  slice: slice2,
  concat: (node) => node.inputs.length === 1 ? same(node.inputs[0]) : operator("Concat", ({ axis }) => ({ axis }))(node, { once: () => false }),
  pad: pad3,
  expand: expand2,
  gather: operator("Gather", ({ axis }) => ({ axis })),
  "gather-elements": operator("GatherElements", ({ axis }) => ({ axis })),
  "scatter-add": scatterAdd2,
  "one-hot": oneHot2
};

// src/onnx/lower-rules/scalar.ts
function scalarOf(tensor) {
  const { node } = tensor;
  if (isOp(node, "constant"))
    return sizeOf(node.attributes.shape) === 1 ? node.attributes.data[0] : void 0;
  if (isOp(node, "expand") || isOp(node, "reshape") || isOp(node, "stop-gradient"))
    return scalarOf(node.inputs[0]);
  return void 0;
}

// src/onnx/lower-rules/product.ts
function lowerProduct(tensor, context) {
  const found = match(tensor, context);
  if (found === void 0) return void 0;
  return isFlat(found.product) ? gemm(found.product, found.addend) : batched(found.product);
}
function match(tensor, context) {
  if (isOp(tensor.node, "matmul")) return { product: matchMatmul(tensor.node, tensor.shape) };
  const scaled2 = scaledOperand(tensor);
  if (scaled2 !== void 0) {
    const inner = context.once(scaled2.operand) ? match(scaled2.operand, context) : void 0;
    return inner === void 0 ? void 0 : scale(inner, scaled2.factor);
  }
  for (const { term, factor, c, beta } of sums(tensor)) {
    const inner = context.once(term) && sameShape(term.shape, tensor.shape) ? match(term, context) : void 0;
    if (inner === void 0 || inner.addend !== void 0 || !isFlat(inner.product)) continue;
    const bare2 = unscaled(c);
    const addend = asAddend(bare2.tensor, inner.product);
    if (addend === void 0) continue;
    return { ...scale(inner, factor), addend: { c: addend, beta: beta * bare2.factor } };
  }
  return void 0;
}
var scale = ({ product: p, addend }, factor) => ({
  product: { ...p, alpha: p.alpha * factor },
  ...addend === void 0 ? {} : { addend: { c: addend.c, beta: addend.beta * factor } }
});
function sums(tensor) {
  const { node } = tensor;
  const [x, y] = node.inputs;
  if (isOp(node, "add"))
    return [
      { term: x, factor: 1, c: y, beta: 1 },
      { term: y, factor: 1, c: x, beta: 1 }
    ];
  if (isOp(node, "sub"))
    return [
      { term: x, factor: 1, c: y, beta: -1 },
      { term: y, factor: -1, c: x, beta: 1 }
    ];
  return [];
}
function matchMatmul(node, shape2) {
  let alpha = 1;
  const strip = (operand, transposed) => {
    let tensor = operand;
    let transpose4 = transposed;
    for (; ; ) {
      const { tensor: bare2, factor } = unscaled(tensor);
      alpha *= factor;
      const turned = swapsLast(bare2);
      if (!turned) return { tensor: bare2, transpose: transpose4 };
      tensor = bare2.node.inputs[0];
      transpose4 = !transpose4;
    }
  };
  const a = strip(node.inputs[0], node.attributes.transposeA);
  const b = strip(node.inputs[1], node.attributes.transposeB);
  return { a: a.tensor, b: b.tensor, transposeA: a.transpose, transposeB: b.transpose, alpha, shape: shape2 };
}
function unscaled(tensor) {
  let bare2 = tensor;
  let factor = 1;
  for (let next = scaledOperand(bare2); next !== void 0; next = scaledOperand(bare2)) {
    bare2 = next.operand;
    factor *= next.factor;
  }
  return { tensor: bare2, factor };
}
function scaledOperand({ node, shape: shape2 }) {
  const [x, y] = node.inputs;
  if (isOp(node, "neg")) return { operand: x, factor: -1 };
  if (!isOp(node, "div") && !isOp(node, "mul")) return void 0;
  const right = sameShape(x.shape, shape2) ? scalarOf(y) : void 0;
  if (isOp(node, "div"))
    return right === void 0 || right === 0 ? void 0 : { operand: x, factor: 1 / right };
  if (right !== void 0) return { operand: x, factor: right };
  const left = sameShape(y.shape, shape2) ? scalarOf(x) : void 0;
  return left === void 0 ? void 0 : { operand: y, factor: left };
}
function swapsLast({ node }) {
  if (!isOp(node, "transpose")) return false;
  const { permutation } = node.attributes;
  const n = permutation.length;
  return n >= 2 && permutation.every((axis, i) => axis === (i === n - 1 ? n - 2 : i === n - 2 ? n - 1 : i));
}
function isFlat({ a, b, transposeA }) {
  return b.shape.length === 2 && (a.shape.length === 2 || !transposeA);
}
function asAddend(c, { shape: shape2 }) {
  let bare2 = c;
  while (isOp(bare2.node, "expand")) bare2 = bare2.node.inputs[0];
  if (sameShape(bare2.shape, shape2)) return bare2;
  if (bare2.shape.length > shape2.length) return void 0;
  if (shape2.length === 2) return bare2;
  return bare2.shape.slice(0, -1).every((dimension) => dimension === 1) ? bare2 : void 0;
}
function gemm({ a, b, transposeA, transposeB, alpha, shape: shape2 }, addend) {
  const joined = shape2.length > 2;
  const rows = product(shape2.slice(0, -1));
  const columns = shape2[shape2.length - 1];
  return {
    reads: addend === void 0 ? [a, b] : [a, b, addend.c],
    emit: (graph, [left, right, third]) => {
      const attributes = {
        ...transposeA ? { transA: 1 } : {},
        ...transposeB ? { transB: 1 } : {},
        ...alpha === 1 ? {} : { alpha: float(alpha) },
        ...addend === void 0 || addend.beta === 1 ? {} : { beta: float(addend.beta) }
      };
      const matrix2 = joined ? emitReshape(graph, left, a.shape, [rows, a.shape[a.shape.length - 1]]) : left;
      const inputs = [matrix2, right];
      if (addend !== void 0) inputs.push(emitAddend(graph, third, addend.c.shape, shape2, rows, columns));
      const y = graph.node("Gemm", inputs, attributes);
      return [joined ? emitReshape(graph, y, [rows, columns], shape2) : y];
    }
  };
}
function emitAddend(graph, name, from, shape2, rows, columns) {
  if (shape2.length === 2) return name;
  if (sameShape(from, shape2)) return emitReshape(graph, name, from, [rows, columns]);
  return from.length <= 1 ? name : emitReshape(graph, name, from, [from[from.length - 1]]);
}
function batched({ a, b, transposeA, transposeB, alpha }) {
  return {
    reads: [a, b],
    emit: (graph, [left, right]) => [
      emitMatmul(graph, left, right, {
        alpha,
        ...transposeA ? { transposeA: a.shape.length } : {},
        ...transposeB ? { transposeB: b.shape.length } : {}
      })
    ]
  };
}
function emitMatmul(graph, a, b, { alpha = 1, transposeA, transposeB }) {
  if (transposeA === void 0 && transposeB === void 0 && alpha === 1)
    return graph.node("MatMul", [a, b]);
  if (graph.portable) {
    const turned = (name, rank) => rank === void 0 ? name : graph.node("Transpose", [name], { perm: [...Array(rank - 2).keys(), rank - 1, rank - 2] });
    const product3 = graph.node("MatMul", [turned(a, transposeA), turned(b, transposeB)]);
    return alpha === 1 ? product3 : graph.node("Mul", [product3, graph.float(alpha)]);
  }
  return graph.node(
    "FusedMatMul",
    [a, b],
    {
      ...transposeA === void 0 ? {} : { transA: 1 },
      ...transposeB === void 0 ? {} : { transB: 1 },
      ...alpha === 1 ? {} : { alpha: float(alpha) }
    },
    MICROSOFT
  );
}

// src/onnx/fusions/index.ts
var productFusion = (node, context) => node.op === "add" || node.op === "sub" || node.op === "mul" || node.op === "div" || node.op === "neg" ? lowerProduct(node.outputs[0], context) : void 0;
var fusions = [productFusion, rectifiedConv];

// src/onnx/lower-rules/elementwise.ts
function withoutExpands(op, operands, result) {
  const bare2 = operands.map((operand) => {
    let tensor = operand;
    while (isOp(tensor.node, "expand")) tensor = tensor.node.inputs[0];
    return tensor;
  });
  for (let i = 0; i < bare2.length; i++) {
    const shape2 = bare2.reduce((s, t) => broadcast(op, s, t.shape), []);
    if (sameShape(shape2, result.shape)) return bare2;
    bare2[i] = operands[i];
  }
  return operands;
}
function broadcasting(opType) {
  return (node) => ({
    reads: withoutExpands(node.op, node.inputs, node.outputs[0]),
    emit: (graph, reads) => [graph.elementwise(opType, reads, {}, node.outputs[0].dtype === "bool")]
  });
}
var pow2 = (node) => {
  const [x, y] = node.inputs;
  const exponent = sameShape(x.shape, node.outputs[0].shape) ? scalarOf(y) : void 0;
  switch (exponent) {
    case 1:
      return same(x);
    case 2:
      return { reads: [x], emit: (graph, [v]) => [graph.elementwise("Mul", [v, v])] };
    case 0.5:
      return { reads: [x], emit: (graph, [v]) => [graph.elementwise("Sqrt", [v])] };
    case -1:
      return { reads: [x], emit: (graph, [v]) => [graph.elementwise("Reciprocal", [v])] };
    default:
      return broadcasting("Pow")(node, neverOnce);
  }
};
var neverOnce = { once: () => false };
var div3 = (node) => {
  const [x, y] = node.inputs;
  const divisor = sameShape(x.shape, node.outputs[0].shape) ? scalarOf(y) : void 0;
  if (divisor === 1) return same(x);
  if (divisor === void 0 || divisor === 0 || !Number.isFinite(1 / divisor))
    return broadcasting("Div")(node, neverOnce);
  return { reads: [x], emit: (graph, [v]) => [graph.elementwise("Mul", [v, graph.float(1 / divisor)])] };
};
var cast2 = (node) => {
  const { to } = node.attributes;
  if (node.inputs[0].dtype === to) return same(node.inputs[0]);
  return {
    reads: node.inputs,
    emit: (graph, reads) => [graph.node("Cast", reads, { to: elementTypes[to] })]
  };
};
var where2 = (node) => {
  if (node.outputs[0].dtype !== "bool") return broadcasting("Where")(node, neverOnce);
  return {
    reads: node.inputs,
    emit: (graph, [condition, x, y]) => {
      const chosen = graph.node("And", [condition, x]);
      const other = graph.node("And", [graph.node("Not", [condition]), y]);
      return [graph.node("Or", [chosen, other])];
    }
  };
};
var softplus2 = (node) => ({
  reads: node.inputs,
  emit: (graph, [x]) => {
    const s = graph.elementwise("Sigmoid", [x]);
    const larger = graph.elementwise("Max", [s, graph.elementwise("Sub", [graph.float(1), s])]);
    return [graph.elementwise("Sub", [graph.elementwise("Relu", [x]), graph.elementwise("Log", [larger])])];
  }
});
var elu2 = (node) => ({
  reads: node.inputs,
  emit: (graph, [x]) => {
    const below = graph.elementwise("Exp", [graph.elementwise("Clip", [x, "", graph.float(0)])]);
    const minus = graph.elementwise("Sub", [below, graph.float(1)]);
    const { alpha } = node.attributes;
    const scaled2 = alpha === 1 ? minus : graph.elementwise("Mul", [minus, graph.float(alpha)]);
    return [graph.elementwise("Add", [graph.elementwise("Relu", [x]), scaled2])];
  }
});
var elementwiseLowering = {
  neg: elementwise("Neg"),
  exp: elementwise("Exp"),
  log: elementwise("Log"),
  sqrt: elementwise("Sqrt"),
  reciprocal: elementwise("Reciprocal"),
  erf: elementwise("Erf"),
  abs: elementwise("Abs"),
  sign: elementwise("Sign"),
  sin: elementwise("Sin"),
  cos: elementwise("Cos"),
  floor: elementwise("Floor"),
  tanh: elementwise("Tanh"),
  sigmoid: elementwise("Sigmoid"),
  relu: elementwise("Relu"),
  "leaky-relu": elementwise("LeakyRelu", ({ alpha }) => ({ alpha: float(alpha) })),
  elu: elu2,
  gelu: elementwise("Gelu", ({ approximate }) => ({ approximate })),
  softplus: softplus2,
  "stop-gradient": (node) => same(node.inputs[0]),
  cast: cast2,
  not: operator("Not"),
  add: broadcasting("Add"),
  sub: broadcasting("Sub"),
  mul: broadcasting("Mul"),
  div: div3,
  pow: pow2,
  minimum: broadcasting("Min"),
  maximum: broadcasting("Max"),
  equal: broadcasting("Equal"),
  less: broadcasting("Less"),
  "less-or-equal": broadcasting("LessOrEqual"),
  and: broadcasting("And"),
  or: broadcasting("Or"),
  where: where2
};

// src/onnx/lower-rules/linear.ts
var window = ({ strides, pads }) => ({
  strides,
  pads
});
var maxPool = (node) => ({
  reads: node.inputs,
  emit: (graph, reads, [, wantsIndex]) => {
    const { kernel: kernel2, dilations } = node.attributes;
    const [y, flat] = graph.nodeWithOutputs("MaxPool", reads, [true, wantsIndex === true], {
      ...window(node.attributes),
      kernel_shape: kernel2,
      dilations
    });
    if (!wantsIndex) return [y, ""];
    const plane = sizeOf(node.inputs[0].shape.slice(2));
    const index = graph.node("Mod", [flat, graph.integer(plane)]);
    return [y, graph.node("Cast", [index], { to: elementTypes.int32 })];
  }
});
var layerNorm2 = (node) => ({
  reads: node.inputs,
  emit: (graph, reads, [, wantsMean, wantsDeviation]) => {
    const outputs = graph.nodeWithOutputs(
      "LayerNormalization",
      reads,
      [true, wantsMean === true || wantsDeviation === true, wantsDeviation === true],
      { axis: -1, epsilon: float(node.attributes.epsilon) }
    );
    return outputs;
  }
});
var attention2 = (node) => ({
  reads: node.inputs,
  emit: (graph, [q, k, v, mask]) => {
    const scores = emitMatmul(graph, q, k, {
      alpha: node.attributes.scale,
      transposeB: node.inputs[1].shape.length
    });
    const masked = mask === void 0 ? scores : graph.node("Add", [scores, mask]);
    const p = graph.node("Softmax", [masked], { axis: -1 });
    return [graph.node("MatMul", [p, v]), p];
  }
});
var linearLowering = {
  matmul: (node, context) => lowerProduct(node.outputs[0], context),
  conv: conv2,
  "conv-transpose": convTranspose2,
  "max-pool": maxPool,
  "average-pool": operator("AveragePool", (a) => ({
    ...window(a),
    kernel_shape: a.kernel,
    count_include_pad: a.includePad ? 1 : 0
  })),
  "layer-norm": layerNorm2,
  softmax: operator("Softmax", () => ({ axis: -1 })),
  attention: attention2
};

// src/onnx/lower-rules/index.ts
var lowerRules = {
  ...elementwiseLowering,
  ...linearLowering,
  ...arrangementLowering
};

// src/onnx/lower-program.ts
function lowerProgram(program2, options22 = {}) {
  const { constants: constants3 = {}, symbols = {} } = options22;
  for (const name of Object.keys(constants3)) checkConstant(program2, name, constants3[name].length);
  for (const { attributes } of program2.inputs)
    if (Object.hasOwn(program2.outputs, attributes.name))
      throw new GraftError("conflict", {
        first: `input '${attributes.name}'`,
        second: `output '${attributes.name}'`,
        reason: "all values of an ONNX graph have different names"
      });
  const order = topologicalOrder(Object.values(program2.outputs));
  const { lowerings, wanted } = chooseLowerings(program2, order, options22.blockedChannels);
  const outputNames2 = Object.keys(program2.outputs);
  const open3 = program2.inputs.filter((node) => !Object.hasOwn(constants3, node.attributes.name));
  const inputTensors = open3.map((node) => node.outputs[0]);
  const reserved = [...program2.inputs.map((node) => node.attributes.name), ...outputNames2];
  const builder = new GraphBuilder(inputTensors, reserved, symbols, options22.portable);
  const fixed2 = (tensor) => tensor.shape.map((dimension) => builder.fix(dimension));
  const names2 = /* @__PURE__ */ new Map();
  for (const { attributes } of program2.inputs)
    if (Object.hasOwn(constants3, attributes.name))
      builder.tensor(
        attributes.name,
        attributes.dtype,
        attributes.shape,
        constants3[attributes.name]
      );
  for (const [node, lowering] of [...lowerings].reverse()) {
    const reads = lowering.reads.map((tensor) => names2.get(tensor));
    const emitted = lowering.emit(
      builder,
      reads,
      node.outputs.map((output) => wanted.has(output))
    );
    node.outputs.forEach((output, i) => {
      names2.set(output, emitted[i]);
    });
  }
  const nodes = withoutDead(nameOutputs(builder, program2, names2), outputNames2);
  const info = (name, tensor) => ({
    name,
    type: tensor.dtype,
    shape: fixed2(tensor)
  });
  return {
    graph: {
      name: options22.name ?? "program",
      nodes,
      initializers: builder.initializers,
      inputs: open3.map((node) => info(node.attributes.name, node.outputs[0])),
      outputs: Object.entries(program2.outputs).map(([name, tensor]) => info(name, tensor))
    },
    domains: [...builder.domains].sort()
  };
}
function withoutDead(nodes, outputs) {
  const needed = new Set(outputs);
  const kept = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    kept.push(node);
  }
  return kept.reverse();
}
function checkConstant(program2, name, length) {
  const input2 = program2.inputs.find((node) => node.attributes.name === name);
  if (input2 === void 0)
    throw new GraftError("unknown-name", {
      kind: "input",
      received: name,
      allowed: program2.inputs.map((node) => node.attributes.name)
    });
  const { shape: shape2 } = input2.attributes;
  const size3 = shape2.reduce(
    (n, dimension) => n * (typeof dimension === "number" ? dimension : NaN),
    1
  );
  if (size3 !== length)
    throw new GraftError("invalid-value", {
      what: `constant '${name}'`,
      received: `${length} values`,
      allowed: Number.isNaN(size3) ? "an input without open dimensions" : `${size3} values for [${shape2.join(", ")}]`
    });
}
function chooseLowerings(program2, order, blockedChannels2) {
  const count3 = /* @__PURE__ */ new Map();
  const read2 = (tensor) => count3.set(tensor, (count3.get(tensor) ?? 0) + 1);
  for (const node of order) node.inputs.forEach(read2);
  const outputs = new Set(Object.values(program2.outputs));
  const context = {
    once: (tensor) => count3.get(tensor) === 1 && !outputs.has(tensor),
    ...blockedChannels2 === void 0 ? {} : { blockedChannels: blockedChannels2 }
  };
  const wanted = new Set(outputs);
  const lowerings = /* @__PURE__ */ new Map();
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    const lowering = fused(node, context) ?? lowerRules[node.op](node, context);
    lowerings.set(node, lowering);
    for (const tensor of lowering.reads) wanted.add(tensor);
  }
  return { lowerings, wanted };
}
function fused(node, context) {
  for (const fusion of fusions) {
    const lowering = fusion(node, context);
    if (lowering !== void 0) return lowering;
  }
  return void 0;
}
function nameOutputs(builder, program2, names2) {
  const renamed = /* @__PURE__ */ new Map();
  const computed = new Set(builder.nodes.flatMap((node) => node.outputs));
  const copies = [];
  for (const [name, tensor] of Object.entries(program2.outputs)) {
    const value = names2.get(tensor);
    if (computed.has(value) && !renamed.has(value)) renamed.set(value, name);
    else copies.push([value, name]);
  }
  for (const [value, name] of copies) builder.append("Identity", [value], [name]);
  const rename = (name) => renamed.get(name) ?? name;
  return builder.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename)
  }));
}

// src/onnx/export-program.ts
var OPSET = 21;
var IR_VERSION = 10;
var EXTERNAL_ABOVE = 15e8;
var LARGEST_FILE = 2 ** 31 - 2 ** 24;
var ALIGNMENT = 4096;
function toModel(program2, options22 = {}) {
  const { graph, domains } = lowerProgram(program2, options22);
  return {
    irVersion: IR_VERSION,
    producerName: "graft",
    producerVersion: options22.producerVersion ?? "",
    ...options22.doc === void 0 ? {} : { doc: options22.doc },
    opsets: Object.fromEntries(domains.map((domain) => [domain, domain === "" ? OPSET : 1])),
    metadata: options22.metadata ?? {},
    graph
  };
}
function exportProgram(program2, options22 = {}) {
  const { bytes: bytes2, external } = exportFiles(program2, {
    portable: options22.blockedChannels === void 0,
    ...options22,
    externalAbove: LARGEST_FILE
  });
  if (external !== void 0)
    throw new GraftError("unsupported", {
      what: `an ONNX file of ${(external.length / 2 ** 30).toFixed(1)} GB of weights`,
      reason: "one file holds at most 2 GB"
    });
  return bytes2;
}
function exportFiles(program2, options22 = {}) {
  const model = toModel(program2, options22);
  const { externalAbove = EXTERNAL_ABOVE, externalFile = "weights.bin" } = options22;
  const weights = model.graph.initializers.reduce((sum2, { raw }) => sum2 + raw.length, 0);
  if (weights <= externalAbove) return { bytes: encodeModel(model) };
  const { initializers, external } = moveOut(model.graph.initializers, externalFile);
  return { bytes: encodeModel({ ...model, graph: { ...model.graph, initializers } }), external };
}
function moveOut(tensors, name) {
  const parts = [];
  let length = 0;
  const initializers = tensors.map((tensor) => {
    if (tensor.raw.length < 1024) return tensor;
    const offset = Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    length = offset + tensor.raw.length;
    parts.push({ offset, bytes: tensor.raw });
    return {
      ...tensor,
      raw: new Uint8Array(0),
      external: { location: name, offset, length: tensor.raw.length }
    };
  });
  return { initializers, external: { name, length, parts } };
}
function joinExternal({ length, parts }) {
  const joined = new Uint8Array(length);
  for (const { offset, bytes: bytes2 } of parts) joined.set(bytes2, offset);
  return joined;
}

// src/tensor/passes/rebuild.ts
function rebuild({ outputs }, rewrite2) {
  const replaced = /* @__PURE__ */ new Map();
  const current = (tensor) => replaced.get(tensor.node)[tensor.index];
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map(current);
    const same2 = inputs.every((operand, i) => operand === node.inputs[i]);
    const candidate = same2 ? node : applyNode(node.op, inputs, node.attributes);
    replaced.set(node, rewrite2(candidate) ?? candidate.outputs);
  }
  return program(
    Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, current(tensor)]))
  );
}

// src/tensor/passes/common-subexpressions.ts
function shareCommonSubexpressions(p) {
  const numbers = /* @__PURE__ */ new Map();
  const known2 = /* @__PURE__ */ new Map();
  return rebuild(p, (node) => {
    const operands = node.inputs.map((operand) => `${numbers.get(operand.node)}.${operand.index}`);
    const key = `${node.op}(${operands.join(",")})${attributesText(node)}`;
    const twin = known2.get(key);
    if (twin !== void 0) return twin.outputs;
    known2.set(key, node);
    numbers.set(node, numbers.size);
    return void 0;
  });
}

// src/onnx/rewrites/join-pads.ts
function joinPads(node) {
  if (!isOp(node, "add")) return void 0;
  const pieces = [];
  if (!node.inputs.every((term) => collect(term, pieces))) return void 0;
  const { axis } = pieces[0];
  if (pieces.some((piece) => piece.axis !== axis)) return void 0;
  pieces.sort((a, b) => a.start - b.start);
  let end = 0;
  for (const { tensor, start } of pieces) {
    if (start !== end) return void 0;
    end += tensor.shape[axis];
  }
  if (end !== node.outputs[0].shape[axis]) return void 0;
  return [
    concat(
      pieces.map((piece) => piece.tensor),
      axis
    )
  ];
}
function collect({ node }, pieces) {
  if (isOp(node, "add")) return node.inputs.every((term) => collect(term, pieces));
  if (!isOp(node, "pad") || node.attributes.value !== 0) return false;
  const { before, after } = node.attributes;
  const axes = before.flatMap((n, axis2) => n !== 0 || after[axis2] !== 0 ? [axis2] : []);
  const [axis] = axes;
  if (axes.length !== 1 || axis === void 0 || before[axis] < 0 || after[axis] < 0) return false;
  pieces.push({ tensor: node.inputs[0], axis, start: before[axis] });
  return true;
}

// src/onnx/rewrites/move-scalars.ts
function moveScalars(node, original, uses) {
  if (!isOp(node, "reshape") && !isOp(node, "transpose")) return void 0;
  const result = original.outputs[0];
  if (uses.isOutput(result) || uses.readers(result).some((reader) => !isOp(reader, "matmul")))
    return void 0;
  const scaled2 = node.inputs[0];
  if (!isOp(scaled2.node, "mul")) return void 0;
  const [x, factor] = scaled2.node.inputs;
  const value = scalarOf(factor);
  if (value === void 0 || x.shape.length !== scaled2.shape.length) return void 0;
  const moved = isOp(node, "reshape") ? reshape(x, node.attributes.shape) : transpose2(x, node.attributes.permutation);
  return [mul2(moved, value)];
}

// src/onnx/rewrites/rewrite-nodes.ts
function rewriteNodes(p, rewrite2) {
  const order = topologicalOrder(Object.values(p.outputs));
  const readers = /* @__PURE__ */ new Map();
  for (const node of order)
    for (const tensor of node.inputs) {
      const list = readers.get(tensor);
      if (list === void 0) readers.set(tensor, [node]);
      else list.push(node);
    }
  const outputs = new Set(Object.values(p.outputs));
  const uses = {
    readers: (tensor) => readers.get(tensor) ?? [],
    isOutput: (tensor) => outputs.has(tensor)
  };
  let position = 0;
  return rebuild(p, (node) => rewrite2(node, order[position++], uses));
}

// src/tensor/functions/gelu-parts.ts
function geluParts(x, approximate) {
  const u = mul2(x, Math.SQRT1_2);
  if (approximate === "none") return { u, a: add2(erf(u), 1) };
  return { u, a: add2(tanh(mul2(mul2(u, tanhFactor(u)), 2 / Math.sqrt(Math.PI))), 1) };
}
var tanhFactor = (u) => add2(mul2(mul2(u, u), 2 * 0.044715), 1);
var geluFromParts = ({ u, a }) => mul2(mul2(u, a), Math.SQRT1_2);
function geluGradient(g, x, approximate) {
  const { u, a } = geluParts(x, approximate);
  if (approximate === "none") {
    const bell = apply("exp", [apply("neg", [mul2(u, u)], {})], {});
    return mul2(mul2(g, add2(a, mul2(mul2(u, bell), 2 / Math.sqrt(Math.PI)))), 0.5);
  }
  const slope = mul2(mul2(a, add2(mul2(a, -1), 2)), u);
  const inner = mul2(add2(mul2(mul2(u, u), 6 * 0.044715), 1), 2 / Math.sqrt(Math.PI));
  return mul2(mul2(g, add2(a, mul2(slope, inner))), 0.5);
}

// src/onnx/rewrites/split-gelu.ts
function splitGelu(node, original, uses) {
  if (!isOp(node, "gelu") || uses.readers(original.inputs[0]).length < 2) return void 0;
  return [geluFromParts(geluParts(node.inputs[0], node.attributes.approximate))];
}

// src/onnx/rewrites/rewrite-program.ts
function rewriteProgram(p) {
  const parts = rewriteNodes(p, (node, original, uses) => splitGelu(node, original, uses) ?? joinPads(node));
  return shareCommonSubexpressions(rewriteNodes(parts, moveScalars));
}

// src/tensor/evaluate-rules/array.ts
var zeros = (shape2) => ({
  shape: shape2,
  data: new Float64Array(sizeOf(shape2))
});
function broadcastStrides(from, to) {
  const strides = stridesOf(from);
  const offset = to.length - from.length;
  return to.map((_, i) => i < offset || from[i - offset] === 1 ? 0 : strides[i - offset]);
}
function walk(shape2, strides, visit) {
  const total = sizeOf(shape2);
  const index = new Array(shape2.length).fill(0);
  const offsets = new Array(strides.length).fill(0);
  for (let position = 0; position < total; position++) {
    visit(position, offsets);
    for (let axis = shape2.length - 1; axis >= 0; axis--) {
      index[axis]++;
      for (let k = 0; k < strides.length; k++) offsets[k] += strides[k][axis];
      if (index[axis] < shape2[axis]) break;
      for (let k = 0; k < strides.length; k++) offsets[k] -= strides[k][axis] * shape2[axis];
      index[axis] = 0;
    }
  }
}

// src/tensor/evaluate-rules/arrangement.ts
function reduce4(x, { axes }, shape2, start, combine) {
  const result = { shape: shape2, data: new Float64Array(sizeOf(shape2)).fill(start) };
  const kept = x.shape.map((d, i) => axes.includes(i) ? 1 : d);
  walk(x.shape, [broadcastStrides(kept, x.shape)], (i, [at2]) => {
    result.data[at2] = combine(result.data[at2], x.data[i]);
  });
  return result;
}
var add3 = (a, b) => a + b;
function checkIndex(op, index, size3) {
  const at2 = index < 0 ? index + size3 : index;
  if (!(at2 >= 0 && at2 < size3))
    throw new GraftError("invalid-value", {
      what: `index of ${op}`,
      received: index,
      allowed: `0 to ${size3 - 1}`
    });
  return at2;
}
function around(shape2, axis) {
  return { outer: sizeOf(shape2.slice(0, axis)), inner: sizeOf(shape2.slice(axis + 1)) };
}
var arrangementValues = {
  input: (_, { name }) => {
    throw new GraftError("invalid-value", {
      what: `input '${name}'`,
      received: void 0,
      allowed: "a value for every input"
    });
  },
  constant: (_, { data, shape: shape2 }) => [{ shape: shape2, data: Float64Array.from(data) }],
  sum: ([x], a, [shape2]) => [reduce4(x, a, shape2, 0, add3)],
  mean: ([x], a, [shape2]) => {
    const total = reduce4(x, a, shape2, 0, add3);
    const n = x.data.length / total.data.length;
    return [{ shape: shape2, data: total.data.map((v) => v / n) }];
  },
  max: ([x], a, [shape2]) => [reduce4(x, a, shape2, -Infinity, Math.max)],
  min: ([x], a, [shape2]) => [reduce4(x, a, shape2, Infinity, Math.min)],
  cumsum: ([x], { axis, exclusive, reverse }) => {
    const result = zeros(x.shape);
    const size3 = x.shape[axis];
    const { outer, inner } = around(x.shape, axis);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let total = 0;
        for (let step3 = 0; step3 < size3; step3++) {
          const at2 = (o * size3 + (reverse ? size3 - 1 - step3 : step3)) * inner + i;
          result.data[at2] = exclusive ? total : total + x.data[at2];
          total += x.data[at2];
        }
      }
    return [result];
  },
  reshape: ([x], _, [shape2]) => [{ shape: shape2, data: x.data }],
  transpose: ([x], { permutation }, [shape2]) => {
    const result = zeros(shape2);
    const strides = stridesOf(x.shape);
    walk(shape2, [permutation.map((axis) => strides[axis])], (i, [at2]) => {
      result.data[i] = x.data[at2];
    });
    return [result];
  },
  slice: ([x], { starts, steps }, [shape2]) => {
    const result = zeros(shape2);
    const strides = stridesOf(x.shape);
    const start = starts.reduce((offset, s, axis) => offset + s * strides[axis], 0);
    walk(shape2, [strides.map((stride, axis) => stride * steps[axis])], (i, [at2]) => {
      result.data[i] = x.data[start + at2];
    });
    return [result];
  },
  concat: (inputs, { axis }, [shape2]) => {
    const result = zeros(shape2);
    const strides = stridesOf(shape2);
    let start = 0;
    for (const part of inputs) {
      walk(part.shape, [strides], (i, [at2]) => {
        result.data[start * strides[axis] + at2] = part.data[i];
      });
      start += part.shape[axis];
    }
    return [result];
  },
  pad: ([x], { before, value }, [shape2]) => {
    const result = { shape: shape2, data: new Float64Array(sizeOf(shape2)).fill(value) };
    const strides = stridesOf(shape2);
    const index = new Array(x.shape.length);
    walk(x.shape, [], (i) => {
      let rest = i;
      let offset = 0;
      for (let axis = x.shape.length - 1; axis >= 0; axis--) {
        index[axis] = rest % x.shape[axis] + before[axis];
        rest = Math.floor(rest / x.shape[axis]);
        if (index[axis] < 0 || index[axis] >= shape2[axis]) return;
        offset += index[axis] * strides[axis];
      }
      result.data[offset] = x.data[i];
    });
    return [result];
  },
  expand: ([x], _, [shape2]) => {
    const result = zeros(shape2);
    walk(shape2, [broadcastStrides(x.shape, shape2)], (i, [at2]) => {
      result.data[i] = x.data[at2];
    });
    return [result];
  },
  gather: ([x, indices], { axis }, [shape2]) => {
    const result = zeros(shape2);
    const size3 = x.shape[axis];
    const { outer, inner } = around(x.shape, axis);
    const n = indices.data.length;
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < n; k++) {
        const from = (o * size3 + checkIndex("gather", indices.data[k], size3)) * inner;
        result.data.set(x.data.subarray(from, from + inner), (o * n + k) * inner);
      }
    return [result];
  },
  "gather-elements": ([x, indices], { axis }, [shape2]) => {
    const result = zeros(shape2);
    const strides = stridesOf(x.shape);
    const stride = strides[axis];
    walk(shape2, [strides.map((s, i) => i === axis ? 0 : s)], (i, [at2]) => {
      result.data[i] = x.data[at2 + checkIndex("gather-elements", indices.data[i], x.shape[axis]) * stride];
    });
    return [result];
  },
  "scatter-add": ([updates, indices], { axis }, [shape2]) => {
    const result = zeros(shape2);
    const strides = stridesOf(shape2);
    const stride = strides[axis];
    walk(updates.shape, [strides.map((s, i) => i === axis ? 0 : s)], (i, [at2]) => {
      result.data[at2 + checkIndex("scatter-add", indices.data[i], shape2[axis]) * stride] += updates.data[i];
    });
    return [result];
  },
  "one-hot": ([indices], { depth }, [shape2]) => {
    const result = zeros(shape2);
    indices.data.forEach((index, i) => {
      result.data[i * depth + checkIndex("one-hot", index, depth)] = 1;
    });
    return [result];
  }
};

// src/tensor/evaluate-rules/elementwise.ts
var unary3 = (f) => ([x]) => [{ shape: x.shape, data: x.data.map(f) }];
var binary3 = (f) => ([a, b], _, [shape2]) => {
  const result = zeros(shape2);
  walk(shape2, [broadcastStrides(a.shape, shape2), broadcastStrides(b.shape, shape2)], (i, [p, q]) => {
    result.data[i] = f(a.data[p], b.data[q]);
  });
  return [result];
};
var truth = (value) => value ? 1 : 0;
function erf2(x) {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum2 = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum2); n++) {
      term *= -x * x / n;
      sum2 += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum2;
  }
  let fraction3 = 0;
  for (let n = 80; n >= 1; n--) fraction3 = n / 2 / (a + fraction3);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction3)));
}
var sigmoid2 = (x) => x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
var elementwiseValues = {
  neg: unary3((x) => -x),
  exp: unary3(Math.exp),
  log: unary3(Math.log),
  sqrt: unary3(Math.sqrt),
  reciprocal: unary3((x) => 1 / x),
  erf: unary3(erf2),
  abs: unary3(Math.abs),
  sign: unary3(Math.sign),
  sin: unary3(Math.sin),
  cos: unary3(Math.cos),
  floor: unary3(Math.floor),
  tanh: unary3(Math.tanh),
  sigmoid: unary3(sigmoid2),
  relu: unary3((x) => Math.max(x, 0)),
  "leaky-relu": ([x], { alpha }) => unary3((v) => v > 0 ? v : alpha * v)([x]),
  elu: ([x], { alpha }) => unary3((v) => v > 0 ? v : alpha * Math.expm1(v))([x]),
  gelu: ([x], { approximate }) => unary3(
    approximate === "none" ? (v) => 0.5 * v * (1 + erf2(v / Math.SQRT2)) : (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))
  )([x]),
  softplus: unary3((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  "stop-gradient": ([x]) => [x],
  cast: ([x], { to }) => [
    to === "int32" ? { ...x, data: x.data.map(Math.trunc) } : to === "bool" ? { ...x, data: x.data.map((v) => truth(v !== 0)) } : x
  ],
  not: unary3((x) => truth(x === 0)),
  add: binary3((a, b) => a + b),
  sub: binary3((a, b) => a - b),
  mul: binary3((a, b) => a * b),
  div: binary3((a, b) => a / b),
  pow: binary3((a, b) => a ** b),
  minimum: binary3(Math.min),
  maximum: binary3(Math.max),
  equal: binary3((a, b) => truth(a === b)),
  less: binary3((a, b) => truth(a < b)),
  "less-or-equal": binary3((a, b) => truth(a <= b)),
  and: binary3((a, b) => truth(a !== 0 && b !== 0)),
  or: binary3((a, b) => truth(a !== 0 || b !== 0)),
  where: ([condition, a, b], _, [shape2]) => {
    const result = zeros(shape2);
    const strides = [condition, a, b].map((t) => broadcastStrides(t.shape, shape2));
    walk(shape2, strides, (i, [c, p, q]) => {
      result.data[i] = condition.data[c] !== 0 ? a.data[p] : b.data[q];
    });
    return [result];
  }
};

// src/tensor/evaluate-rules/linear.ts
function matmul2(a, b, transposeA, transposeB, shape2) {
  const result = zeros(shape2);
  const [m, n] = shape2.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const [aRow, aInner] = transposeA ? [1, m] : [k, 1];
  const [bInner, bColumn] = transposeB ? [1, k] : [n, 1];
  const lead = shape2.slice(0, -2);
  const batchStrides = (t) => {
    const matrix2 = t.shape[t.shape.length - 1] * t.shape[t.shape.length - 2];
    return broadcastStrides(t.shape.slice(0, -2), lead).map((stride) => stride * matrix2);
  };
  walk(lead, [batchStrides(a), batchStrides(b)], (batch, [p, q]) => {
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let l = 0; l < k; l++)
          total += a.data[p + i * aRow + l * aInner] * b.data[q + l * bInner + j * bColumn];
        result.data[(batch * m + i) * n + j] = total;
      }
  });
  return result;
}
function visitWindows(large, small, kernel2, a, visit) {
  const n = large.length;
  const largeStrides = stridesOf(large);
  walk(small, [], (s) => {
    const at2 = unravel(s, small);
    walk(kernel2, [], (k) => {
      const within = unravel(k, kernel2);
      let offset = 0;
      for (let axis = 0; axis < n; axis++) {
        const p = at2[axis] * a.strides[axis] - a.pads[axis] + within[axis] * (a.dilations?.[axis] ?? 1);
        if (p < 0 || p >= large[axis]) return;
        offset += p * largeStrides[axis];
      }
      visit(s, k, offset);
    });
  });
}
function unravel(position, shape2) {
  const index = new Array(shape2.length);
  let rest = position;
  for (let axis = shape2.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape2[axis];
    rest = Math.floor(rest / shape2[axis]);
  }
  return index;
}
function addBias(y, bias) {
  if (bias === void 0) return y;
  const plane = sizeOf(y.shape.slice(2));
  const channels = y.shape[1];
  y.data.forEach((value, i) => {
    y.data[i] = value + bias.data[Math.floor(i / plane) % channels];
  });
  return y;
}
function connections(inputs, outputs, groups, visit) {
  const inGroup = inputs / groups;
  const outGroup = outputs / groups;
  for (let g = 0; g < groups; g++)
    for (let o = 0; o < outGroup; o++)
      for (let i = 0; i < inGroup; i++) visit(g * inGroup + i, g * outGroup + o, { input: i, output: o });
}
function convolve(x, w, a, shape2) {
  const y = zeros(shape2);
  const [n, c] = x.shape;
  const o = shape2[1];
  const large = x.shape.slice(2);
  const small = shape2.slice(2);
  const kernel2 = w.shape.slice(2);
  const [xPlane, yPlane, wPlane] = [sizeOf(large), sizeOf(small), sizeOf(kernel2)];
  visitWindows(large, small, kernel2, a, (s, k, l) => {
    for (let b = 0; b < n; b++)
      connections(c, o, a.groups, (ci, co, within) => {
        y.data[(b * o + co) * yPlane + s] += x.data[(b * c + ci) * xPlane + l] * w.data[(co * (c / a.groups) + within.input) * wPlane + k];
      });
  });
  return y;
}
function convolveTransposed(x, w, a, shape2) {
  const y = zeros(shape2);
  const [n, c] = x.shape;
  const o = shape2[1];
  const small = x.shape.slice(2);
  const large = shape2.slice(2);
  const kernel2 = w.shape.slice(2);
  const [xPlane, yPlane, wPlane] = [sizeOf(small), sizeOf(large), sizeOf(kernel2)];
  visitWindows(large, small, kernel2, a, (s, k, l) => {
    for (let b = 0; b < n; b++)
      connections(c, o, a.groups, (ci, co, within) => {
        y.data[(b * o + co) * yPlane + l] += x.data[(b * c + ci) * xPlane + s] * w.data[(ci * (o / a.groups) + within.output) * wPlane + k];
      });
  });
  return y;
}
function softmaxRows(x) {
  const width = x.shape[x.shape.length - 1];
  const y = zeros(x.shape);
  for (let start = 0; start < x.data.length; start += width) {
    let top = -Infinity;
    for (let j = 0; j < width; j++) top = Math.max(top, x.data[start + j]);
    let total = 0;
    for (let j = 0; j < width; j++) total += y.data[start + j] = Math.exp(x.data[start + j] - top);
    for (let j = 0; j < width; j++) y.data[start + j] /= total;
  }
  return y;
}
var linearValues = {
  matmul: ([a, b], { transposeA, transposeB }, [shape2]) => [matmul2(a, b, transposeA, transposeB, shape2)],
  conv: ([x, w, bias], a, [shape2]) => [addBias(convolve(x, w, a, shape2), bias)],
  "conv-transpose": ([x, w, bias], a, [shape2]) => [addBias(convolveTransposed(x, w, a, shape2), bias)],
  "max-pool": ([x], a, [shape2]) => {
    const y = { shape: shape2, data: new Float64Array(sizeOf(shape2)).fill(-Infinity) };
    const indices = zeros(shape2);
    const [large, small] = [x.shape.slice(2), shape2.slice(2)];
    const [xPlane, yPlane] = [sizeOf(large), sizeOf(small)];
    const planes = shape2[0] * shape2[1];
    visitWindows(large, small, a.kernel, a, (s, _, l) => {
      for (let p = 0; p < planes; p++)
        if (x.data[p * xPlane + l] > y.data[p * yPlane + s]) {
          y.data[p * yPlane + s] = x.data[p * xPlane + l];
          indices.data[p * yPlane + s] = l;
        }
    });
    return [y, indices];
  },
  "average-pool": ([x], a, [shape2]) => {
    const y = zeros(shape2);
    const [large, small] = [x.shape.slice(2), shape2.slice(2)];
    const [xPlane, yPlane] = [sizeOf(large), sizeOf(small)];
    const counts = new Float64Array(yPlane);
    const planes = shape2[0] * shape2[1];
    visitWindows(large, small, a.kernel, a, (s, _, l) => {
      counts[s]++;
      for (let p = 0; p < planes; p++) y.data[p * yPlane + s] += x.data[p * xPlane + l];
    });
    const whole = sizeOf(a.kernel);
    y.data.forEach((value, i) => {
      y.data[i] = value / (a.includePad ? whole : counts[i % yPlane]);
    });
    return [y];
  },
  "layer-norm": ([x, scale2, bias], { epsilon }, [shape2, statistic]) => {
    const width = shape2[shape2.length - 1];
    const y = zeros(shape2);
    const means = zeros(statistic);
    const inverses = zeros(statistic);
    for (let row = 0; row < means.data.length; row++) {
      const values = x.data.subarray(row * width, (row + 1) * width);
      const mean3 = values.reduce((a, b) => a + b, 0) / width;
      const variance = values.reduce((a, b) => a + (b - mean3) ** 2, 0) / width;
      const inverse = 1 / Math.sqrt(variance + epsilon);
      means.data[row] = mean3;
      inverses.data[row] = inverse;
      for (let j = 0; j < width; j++)
        y.data[row * width + j] = (values[j] - mean3) * inverse * scale2.data[j] + (bias?.data[j] ?? 0);
    }
    return [y, means, inverses];
  },
  softmax: ([x]) => [softmaxRows(x)],
  attention: ([q, k, v, mask], { scale: scale2 }, [outputShape, shape2]) => {
    const scores = matmul2(q, k, false, true, shape2);
    const strides = mask === void 0 ? [] : [broadcastStrides(mask.shape, shape2)];
    walk(shape2, strides, (i, [m]) => {
      scores.data[i] = scores.data[i] * scale2 + (mask === void 0 ? 0 : mask.data[m]);
    });
    const p = softmaxRows(scores);
    return [matmul2(p, v, false, false, outputShape), p];
  }
};

// src/tensor/evaluate-rules/index.ts
var evaluateRules = { ...elementwiseValues, ...linearValues, ...arrangementValues };

// src/tensor/evaluate.ts
function evaluateTensors(tensors, feeds = {}, binding = {}) {
  const values = /* @__PURE__ */ new Map();
  for (const node of topologicalOrder(tensors)) {
    const shapes = node.outputs.map((output) => output.shape.map((d) => bind(d, binding)));
    values.set(node, isOp(node, "input") ? [feed(node, feeds, shapes[0])] : apply2(node, values, shapes));
  }
  return tensors.map((tensor) => values.get(tensor.node)[tensor.index]);
}
function feed(node, feeds, shape2) {
  const { name } = node.attributes;
  const data = feeds[name];
  if (data === void 0 || data.length !== sizeOf(shape2))
    throw new GraftError("invalid-value", {
      what: `input '${name}'`,
      received: data === void 0 ? void 0 : `${data.length} values`,
      allowed: `${sizeOf(shape2)} values for shape [${shape2.join(", ")}]`
    });
  return { shape: shape2, data: Float64Array.from(data) };
}
function apply2(node, values, shapes) {
  const rule = evaluateRules[node.op];
  return rule(
    node.inputs.map((i) => values.get(i.node)[i.index]),
    node.attributes,
    shapes
  );
}

// src/tensor/passes/fold-constants.ts
var SIZE_LIMIT = 65536;
function foldConstants(p) {
  return rebuild(p, (node) => foldable(node) ? node.outputs.map(fold) : void 0);
}
function foldable(node) {
  if (node.inputs.length === 0 || node.op === "expand") return false;
  const small = node.outputs.every(({ shape: shape2 }) => isConcrete(shape2) && sizeOf(shape2) <= SIZE_LIMIT);
  return small && node.inputs.every((operand) => isOp(operand.node, "constant"));
}
function fold(tensor) {
  const [value] = evaluateTensors([tensor]);
  const { dtype } = tensor;
  const data = typed(value.data, dtype);
  return applyNode("constant", [], { data, shape: value.shape, dtype }).outputs[0];
}
function typed(data, dtype) {
  return dtype === "int32" ? Int32Array.from(data) : dtype === "bool" ? Uint8Array.from(data) : data;
}

// src/tensor/passes/simplify.ts
function simplify(p) {
  return rebuild(p, (node) => {
    const result = simpler(node);
    return result === void 0 || !sameShape(result.shape, node.outputs[0].shape) ? void 0 : [result];
  });
}
function simpler(node) {
  const [a, b] = node.inputs;
  switch (node.op) {
    case "add":
      return scalar(b) === 0 ? a : scalar(a) === 0 ? b : void 0;
    case "sub":
      return scalar(b) === 0 ? a : void 0;
    case "div":
      return scalar(b) === 1 ? a : void 0;
    case "neg":
      return a.node.op === "neg" ? a.node.inputs[0] : void 0;
    case "mul":
      return product2(a, b) ?? product2(b, a);
    default:
      return void 0;
  }
}
function product2(x, factor) {
  const value = scalar(factor);
  if (value === void 0) return void 0;
  if (value === 1) return x;
  if (value === -1) return neg(x);
  if (x.node.op !== "mul") return void 0;
  const [a, b] = x.node.inputs;
  const inner = scalar(b) ?? scalar(a);
  return inner === void 0 ? void 0 : mul2(scalar(b) === void 0 ? b : a, inner * value);
}
function scalar(tensor) {
  if (!isOp(tensor.node, "constant") || tensor.dtype !== "float32") return void 0;
  const { data } = tensor.node.attributes;
  return data.length === 1 ? data[0] : void 0;
}

// src/tensor/passes/optimise-program.ts
function optimiseProgram(p) {
  return shareCommonSubexpressions(simplify(foldConstants(shareCommonSubexpressions(p))));
}

// src/engine/blocked-channels.ts
import { Tensor } from "onnxruntime-node";

// src/engine/create-session.ts
import { env, InferenceSession } from "onnxruntime-node";
env.logLevel = "fatal";
function createSession({ bytes: bytes2, external }, { device, threads }) {
  return InferenceSession.create(bytes2, {
    ...external === void 0 ? {} : { externalData: [{ path: external.name, data: joinExternal(external) }] },
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 4,
    // Waiting threads must not take a core from the processes beside this one.
    extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } }
  });
}

// src/engine/blocked-channels.ts
var CHANNELS = 64;
var known;
function blockedChannels() {
  known ??= measure();
  return known;
}
async function measure() {
  const value = (name) => ({ name, type: "float32", shape: [1, CHANNELS, 1, 2] });
  const domain = "com.microsoft.nchwc";
  const bytes2 = encodeModel({
    irVersion: 10,
    producerName: "graft",
    producerVersion: "",
    opsets: { "": 21, [domain]: 1 },
    metadata: {},
    graph: {
      name: "layout",
      nodes: [
        { opType: "ReorderInput", domain, name: "n0", inputs: ["x"], outputs: ["y"], attributes: {} },
        // A copy, so that the blocked tensor is handed out as it lies in memory.
        { opType: "Identity", domain: "", name: "n1", inputs: ["y"], outputs: ["z"], attributes: {} }
      ],
      initializers: [],
      inputs: [value("x")],
      outputs: [value("z")]
    }
  });
  try {
    const session = await createSession({ bytes: bytes2 }, { device: "cpu", threads: 1 });
    const data = Float32Array.from({ length: CHANNELS * 2 }, (_, i) => i % 2);
    const { z: z71 } = await session.run({ x: new Tensor("float32", data, [1, CHANNELS, 1, 2]) });
    await session.release();
    const block2 = z71.data.indexOf(1);
    return block2 > 1 && block2 < CHANNELS ? block2 : void 0;
  } catch {
    return void 0;
  }
}

// src/engine/executable.ts
import { Tensor as Tensor2 } from "onnxruntime-node";

// src/engine/arrays.ts
var constructors = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
function allocate2(dtype, length) {
  return new constructors[dtype](length);
}
function checkArray(what, array, dtype, shape2) {
  const length = shape2.reduce((n, dimension) => n * dimension, 1);
  if (array instanceof constructors[dtype] && array.length === length) return;
  throw new GraftError("invalid-value", {
    what,
    received: array === void 0 ? void 0 : `${array.constructor.name} of ${array.length}`,
    allowed: `a ${constructors[dtype].name} of ${length} values for shape [${shape2.join(", ")}]`
  });
}

// src/engine/executable.ts
var Executable = class {
  inputs;
  outputs;
  lease;
  disposed = false;
  constructor(lease, inputs, outputs) {
    this.lease = lease;
    this.inputs = inputs;
    this.outputs = outputs;
  }
  /**
   * Runs once and returns all outputs by name.
   * @param feeds an array for each input
   * @param fetches arrays to write outputs into; other outputs get new arrays
   * @param symbols sizes of open dimensions
   */
  async run(feeds, fetches = {}, symbols = {}) {
    const bound = this.bind(feeds, fetches, symbols);
    await bound.run();
    return bound.outputs;
  }
  /**
   * Ties the program to arrays, so that running it again costs no more than the computation. Feeds and fetches may be
   * views of one buffer, but an output must not overlap an input that the program still reads.
   */
  bind(feeds, fetches = {}, symbols = {}) {
    this.checkNames(feeds, this.inputs, "input");
    this.checkNames(fetches, this.outputs, "output");
    const outputs = {};
    const tensorOf = (slot, array, what) => {
      const shape2 = this.concreteShape(slot, symbols);
      checkArray(`${what} '${slot.name}'`, array, slot.dtype, shape2);
      return new Tensor2(slot.dtype, array, shape2);
    };
    const inputTensors = {};
    for (const slot of this.inputs) {
      const tensor = tensorOf(slot, feeds[slot.name], "input");
      if (slot.used) inputTensors[slot.name] = tensor;
    }
    const outputTensors = Object.fromEntries(
      this.outputs.map((slot) => {
        const size3 = this.concreteShape(slot, symbols).reduce((n, dimension) => n * dimension, 1);
        const array = fetches[slot.name] ?? allocate2(slot.dtype, size3);
        outputs[slot.name] = array;
        return [slot.value, tensorOf(slot, array, "output")];
      })
    );
    return {
      outputs,
      run: async () => {
        if (this.disposed)
          throw new GraftError("unsupported", {
            what: "running a disposed program",
            reason: "its memory has been given back"
          });
        await this.lease.session.run(inputTensors, outputTensors);
      }
    };
  }
  /** Ends the use of the program; its memory is given back when no equal program needs it. */
  async dispose() {
    if (this.disposed) return;
    this.disposed = true;
    await this.lease.release();
  }
  checkNames(arrays2, slots, kind) {
    for (const name of Object.keys(arrays2))
      if (!slots.some((slot) => slot.name === name))
        throw new GraftError("unknown-name", {
          kind,
          received: name,
          allowed: slots.map((slot) => slot.name)
        });
  }
  concreteShape(slot, symbols) {
    for (const symbol of symbolsOf(slot.shape))
      if (symbols[symbol] === void 0)
        throw new GraftError("invalid-value", {
          what: `size of the open dimension '${symbol}' of '${slot.name}'`,
          received: void 0,
          allowed: "a positive integer"
        });
    return slot.shape.map((dimension) => bind(dimension, symbols));
  }
};

// src/engine/session-pool.ts
import { createHash as createHash6 } from "node:crypto";

// src/engine/device.ts
import { listSupportedBackends } from "onnxruntime-node";
var devices = ["cpu", "webgpu", "cuda"];
function listDevices() {
  const known2 = new Map(listSupportedBackends().map(({ name, bundled }) => [name, bundled]));
  return devices.filter((device) => known2.has(device)).map((device) => ({ device, bundled: known2.get(device) === true }));
}

// src/engine/find-devices.ts
var sought = {
  cpu: "ONNX Runtime's CPU provider",
  webgpu: "ONNX Runtime's WebGPU provider and a graphics card with a Vulkan, Metal or Direct3D 12 driver",
  cuda: "ONNX Runtime's CUDA provider (its libraries are no part of the npm package), CUDA 12, cuDNN 9 and an NVIDIA graphics card"
};
var isAvailable = async (device) => await problemWith(device) === void 0;
async function noDevice(device, cause) {
  const others = devices.filter((other) => other !== device);
  const problems = await Promise.all(others.map(problemWith));
  const found = others.filter((_, i) => problems[i] === void 0);
  return new GraftError(
    "no-device",
    { device, looked: sought[device], found },
    cause === void 0 ? {} : { cause }
  );
}
async function problemWith(device) {
  if (!listDevices().some((info) => info.device === device))
    return "this build of ONNX Runtime does not have it";
  const x = input("x", [2]);
  try {
    const bytes2 = exportProgram(program({ y: add2(x, x) }));
    const session = await createSession({ bytes: bytes2 }, { device, threads: 1 });
    await session.release();
    return void 0;
  } catch (error) {
    return error.message.split("\n")[0];
  }
}

// src/engine/session-pool.ts
var SessionPool = class {
  entries = /* @__PURE__ */ new Map();
  /** Unused sessions, oldest first. */
  idle = [];
  limit;
  /** @param limit how many unused sessions are kept */
  constructor(limit) {
    this.limit = limit;
  }
  /** The session of a model, made if there is none yet. */
  async lease(model, options22) {
    const key = `${options22.device} ${options22.threads} ${contentOf(model)}`;
    let entry = this.entries.get(key);
    if (entry === void 0) {
      entry = { key, session: open2(model, options22), users: 0 };
      this.entries.set(key, entry);
    }
    const at2 = this.idle.indexOf(entry);
    if (at2 >= 0) this.idle.splice(at2, 1);
    entry.users++;
    try {
      return this.leaseOf(entry, await entry.session);
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
  }
  /** Number of sessions held, in use or not. */
  get size() {
    return this.entries.size;
  }
  /** Gives back the memory of all sessions that are not in use. */
  async clear() {
    await this.shrink(0);
  }
  leaseOf(entry, session) {
    let released = false;
    return {
      session,
      release: async () => {
        if (released) return;
        released = true;
        if (--entry.users > 0) return;
        this.idle.push(entry);
        await this.shrink(this.limit);
      }
    };
  }
  async shrink(limit) {
    while (this.idle.length > limit) {
      const oldest = this.idle.shift();
      this.entries.delete(oldest.key);
      await (await oldest.session).release();
    }
  }
};
function contentOf({ bytes: bytes2, external }) {
  const hash = createHash6("sha256").update(bytes2);
  for (const part of external?.parts ?? []) hash.update(part.bytes);
  return hash.digest("hex");
}
async function open2(model, options22) {
  try {
    return await createSession(model, options22);
  } catch (cause) {
    const { device } = options22;
    if (device !== "cpu" && !await isAvailable(device)) throw await noDevice(device, cause);
    throw new GraftError(
      "unsupported",
      { what: "a tensor program", reason: `ONNX Runtime refused it: ${cause.message}` },
      { cause }
    );
  }
}

// src/engine/compile.ts
var IDLE_PROGRAMS = 16;
var pool2 = new SessionPool(IDLE_PROGRAMS);
async function compile(program2, options22 = {}) {
  const { threads = 1, device = "cpu", constants: constants3 = {}, symbols = {} } = options22;
  if (!Number.isInteger(threads) || threads < 1)
    throw new GraftError("invalid-value", {
      what: "threads",
      received: threads,
      allowed: "a positive integer"
    });
  const names2 = program2.inputs.map((node) => node.attributes.name);
  for (const name of Object.keys(constants3))
    if (!names2.includes(name))
      throw new GraftError("unknown-name", { kind: "input", received: name, allowed: names2 });
  const values = Object.keys(program2.outputs).map((name) => valueName(name, names2));
  const outputs = Object.values(program2.outputs);
  const renamed = { ...program2, outputs: Object.fromEntries(values.map((value, i) => [value, outputs[i]])) };
  const optimised = rewriteProgram(optimiseProgram(renamed));
  const used = new Set(optimised.inputs.map((node) => node.attributes.name));
  const frozen = Object.fromEntries(Object.entries(constants3).filter(([name]) => used.has(name)));
  const block2 = device === "cpu" ? await blockedChannels() : void 0;
  const model = exportFiles(optimised, {
    constants: frozen,
    symbols,
    ...block2 === void 0 ? {} : { blockedChannels: block2 }
  });
  const lease = await pool2.lease(model, { device, threads });
  const slot = (name, { dtype, shape: shape2 }) => ({
    name,
    dtype,
    shape: fix(shape2, symbols)
  });
  return new Executable(
    lease,
    program2.inputs.filter((node) => !Object.hasOwn(constants3, node.attributes.name)).map((node) => ({
      ...slot(node.attributes.name, node.outputs[0]),
      used: used.has(node.attributes.name)
    })),
    Object.keys(program2.outputs).map((name, i) => ({ ...slot(name, outputs[i]), value: values[i] }))
  );
}
function valueName(name, inputs) {
  return inputs.includes(name) ? valueName(`${name} after`, inputs) : name;
}
function fix(shape2, symbols) {
  return shape2.map(
    (dimension) => symbolsOf([dimension]).every((symbol) => symbols[symbol] !== void 0) ? bind(dimension, symbols) : dimension
  );
}

// src/models/noise.ts
function noiseFeeds(noises, binding = {}) {
  const entries = noises.map((noise) => ({
    ...noise,
    data: new Float32Array(sizeOf(noise.shape.map((d) => bind(d, binding))))
  }));
  return {
    feeds: Object.fromEntries(entries.map(({ name, data }) => [inputNames.noise(name), data])),
    draw(stream2) {
      for (const { name, kind, data } of entries) {
        const child = stream2.child(name);
        if (kind === "normal") child.normals(data.length, data);
        else child.uniforms(data.length, data);
      }
    }
  };
}

// src/training/evaluate-loss.ts
async function createLossEvaluator(model, player, table2, options22) {
  const batches = evaluationBatches(table2.count, options22.batchSize);
  const size3 = batches[0].indices.length;
  const context = createContext(model, { batchSize: size3 });
  const { cost, weight } = player.objective(context);
  const p = optimiseProgram(program({ cost, weight: weight ?? expand(constant2(1), [size3]) }));
  const executable = await compile(p, options22);
  const batch = batchFeeds(model.fields, size3);
  const noise = noiseFeeds(context.noises);
  const names2 = new Set(p.inputs.map(({ attributes }) => attributes.name));
  const outputs = { cost: new Float32Array(size3), weight: new Float32Array(size3) };
  return {
    async evaluate(weights, stream2) {
      const feeds = { ...batch.feeds, ...noise.feeds, ...weightFeeds(weights) };
      const bound = executable.bind(
        Object.fromEntries(Object.entries(feeds).filter(([name]) => names2.has(name))),
        outputs
      );
      let total = 0;
      let weightTotal = 0;
      for (let b = 0; b < batches.length; b++) {
        const { indices, valid } = batches[b];
        batch.fill(table2, indices);
        noise.draw(stream2.child(b));
        await bound.run();
        for (let i = 0; i < valid; i++) {
          total += outputs.cost[i];
          weightTotal += outputs.weight[i];
        }
      }
      return total / weightTotal;
    },
    dispose: () => executable.dispose()
  };
}

// src/study/encoding.ts
function encodeSet(set, encoding) {
  if (set.kind !== encoding.kind)
    throw new GraftError("bad-data", {
      what: `data set '${set.name}'`,
      problem: `holds ${set.kind}s where the model needs ${encoding.kind}s`
    });
  return set.kind === "image" ? encodeImages(set, encoding) : encodeTexts(set, encoding);
}
function encodeImages(set, { values }) {
  const { data, count: count3, representation } = representImages(set, values);
  const { channels, height, width } = representation;
  return {
    table: { count: count3, fields: { x: { shape: [channels, height, width], data } } },
    representation: representationOf(set, values).name
  };
}
function encodeTexts(set, encoding) {
  const { tokenizer, context, ends } = encoding;
  const rows = [];
  set.documents.forEach((text2, item) => {
    const whole = encodeItem(tokenizer, text2);
    const ids = ends ? whole : whole.subarray(0, tokenizer.special.eos === void 0 ? whole.length : whole.length - 1);
    for (let start = 0; start + 1 < ids.length; start += context) {
      const tokens = new Int32Array(context);
      const targets = new Int32Array(context).fill(NO_TARGET);
      const n = Math.min(context, ids.length - 1 - start);
      tokens.set(ids.subarray(start, start + n));
      targets.set(ids.subarray(start + 1, start + 1 + n));
      rows.push({ item, tokens, targets });
    }
  });
  const join18 = (part) => {
    const data = new Int32Array(rows.length * context);
    rows.forEach((row, i) => {
      data.set(row[part], i * context);
    });
    return { shape: [context], data };
  };
  return {
    table: { count: rows.length, fields: { tokens: join18("tokens"), targets: join18("targets") } },
    representation: `text by ${tokenizer.kind} tokens (vocabulary ${tokenizer.vocabularySize}), ${ends ? "items" : "windows"} in contexts of ${context}`,
    text: {
      item: Int32Array.from(rows, ({ item }) => item),
      bytes: Float64Array.from(set.documents, utf8Length)
    }
  };
}

// src/metrics/check-inputs.ts
function checkInputs(metric, inputs) {
  for (const name of Object.keys(inputs))
    if (!Object.hasOwn(metric.needs, name))
      throw new GraftError("unknown-name", {
        kind: "input",
        received: name,
        allowed: Object.keys(metric.needs),
        where: metric.name
      });
  for (const [name, need] of Object.entries(metric.needs)) {
    const value = inputs[name];
    if (value === void 0) {
      if (need.optional) continue;
      throw new GraftError("bad-data", {
        what: `input '${name}' of ${metric.name}`,
        problem: `is missing: ${need.what}`
      });
    }
    checkOne[need.kind](value, `${metric.name}, input '${name}'`);
    const pair = need.pairedWith === void 0 ? void 0 : inputs[need.pairedWith];
    if (pair !== void 0 && itemsOf(pair) !== itemsOf(value))
      throw misfit(metric, name, need.pairedWith, value, pair, "both have as many items");
    const like = need.sameSizeAs === void 0 ? void 0 : inputs[need.sameSizeAs];
    if (like !== void 0 && String(shapeOf(like).slice(1)) !== String(shapeOf(value).slice(1)))
      throw misfit(metric, name, need.sameSizeAs, value, like, "their items have the same size");
  }
}
function itemsOf(value) {
  return shapeOf(value)[0];
}
function shapeOf(value) {
  if ("rows" in value) return [value.rows, value.columns];
  if ("count" in value) return [value.count, value.channels, value.height, value.width];
  return [value.length];
}
var checkOne = {
  matrix(value, where3) {
    requireItems(value.data.length, where3);
    const at2 = value.data.findIndex((x) => !Number.isFinite(x));
    if (at2 >= 0)
      throw notFinite(
        value.data[at2],
        where3,
        `row ${Math.floor(at2 / value.columns)}, column ${at2 % value.columns}`
      );
  },
  values(value, where3) {
    requireItems(value.length, where3);
    const at2 = value.findIndex((x) => !Number.isFinite(x));
    if (at2 >= 0) throw notFinite(value[at2], where3, `entry ${at2}`);
  },
  labels(value, where3) {
    requireItems(value.length, where3);
  },
  sequences(value, where3) {
    requireItems(value.length, where3);
    value.forEach((sequence, i) => {
      for (const token of sequence)
        if (typeof token === "number" && !Number.isFinite(token))
          throw notFinite(token, where3, `sequence ${i}`);
    });
  },
  images(value, where3) {
    requireItems(value.data.length, where3);
    const at2 = value.data.findIndex((x) => !Number.isFinite(x));
    if (at2 >= 0)
      throw notFinite(value.data[at2], where3, `image ${Math.floor(at2 / (value.data.length / value.count))}`);
  }
};
function requireItems(count3, where3) {
  if (count3 === 0) throw new GraftError("bad-data", { what: where3, problem: "is empty" });
}
function notFinite(value, where3, place) {
  return new GraftError("not-finite", { what: `${value} in ${where3}`, where: place });
}
function misfit(metric, name, other, value, otherValue, rule) {
  return new GraftError("shape-mismatch", {
    op: `${metric.name} of '${name}' and '${other}'`,
    shapes: [shapeOf(value), shapeOf(otherValue)],
    rule
  });
}

// src/metrics/apply-metric.ts
function metricContext(random = stream(0)) {
  const shared2 = [];
  return {
    random,
    share(key, of, make) {
      const found = shared2.find(
        (entry) => entry.key === key && entry.of.every((input2, i) => input2 === of[i])
      );
      if (found !== void 0) return found.value;
      const value = make();
      shared2.push({ key, of, value });
      return value;
    }
  };
}
function resolveOptions(metric, options22 = {}) {
  const known2 = Object.keys(metric.options.shape);
  for (const name2 of Object.keys(options22))
    if (!known2.includes(name2))
      throw new GraftError("unknown-name", {
        kind: "option",
        received: name2,
        allowed: known2.length > 0 ? known2 : ["(none)"],
        where: metric.name
      });
  const parsed = metric.options.safeParse(options22);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue.path[0]);
  throw new GraftError("invalid-value", {
    what: `option '${name}'`,
    received: options22[name],
    allowed: issue.message,
    where: metric.name
  });
}
function applyMetric(metric, inputs, options22 = {}, context = metricContext()) {
  checkInputs(metric, inputs);
  const resolved = resolveOptions(metric, options22);
  const result = metric.compute(inputs, resolved, { ...context, random: context.random.child(metric.name) });
  if (!Number.isFinite(result.value))
    throw new GraftError("not-finite", { what: `the value of ${metric.name}` });
  for (const [name, value] of Object.entries(result.extras ?? {}))
    if (!Number.isFinite(value)) throw new GraftError("not-finite", { what: `'${name}' of ${metric.name}` });
  return result;
}

// src/metrics/alpha-precision.ts
import { z as z42 } from "zod";

// src/metrics/metric.ts
function defineMetric(metric) {
  return metric;
}

// src/numeric/distances.ts
var rowBlock2 = 64;
function squaredDistances(a, b) {
  requireSameWidth("squaredDistances", a, b);
  const out2 = matrix(a.rows, b.rows);
  for (let j0 = 0; j0 < b.rows; j0 += rowBlock2)
    writeDistances(a, b, 0, a.rows, j0, Math.min(b.rows, j0 + rowBlock2), out2.data, out2.columns);
  return out2;
}
function forEachDistanceBlock(a, b, visit, blockRows = 128) {
  requireSameWidth("forEachDistanceBlock", a, b);
  const block2 = new Float64Array(Math.min(blockRows, a.rows) * b.rows);
  for (let i0 = 0; i0 < a.rows; i0 += blockRows) {
    const i1 = Math.min(a.rows, i0 + blockRows);
    const target = block2.subarray(0, (i1 - i0) * b.rows);
    for (let j0 = 0; j0 < b.rows; j0 += rowBlock2)
      writeDistances(a, b, i0, i1, j0, Math.min(b.rows, j0 + rowBlock2), target, b.rows, i0);
    visit(i0, i1 - i0, target);
  }
}
function squaredDistance(x, y) {
  let sum2 = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = x[i] - y[i];
    sum2 += difference * difference;
  }
  return sum2;
}
function writeDistances(a, b, i0, i1, j0, j1, out2, n, outRow = 0) {
  const d = a.columns;
  const x = a.data;
  const y = b.data;
  for (let i = i0; i < i1; i += 2) {
    const pair = i + 1 < i1;
    const a0 = i * d;
    const a1 = pair ? a0 + d : a0;
    let j = j0;
    for (; j + 3 < j1; j += 4) {
      const b0 = j * d;
      const b1 = b0 + d;
      const b2 = b1 + d;
      const b3 = b2 + d;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      for (let k = 0; k < d; k++) {
        const u = x[a0 + k];
        const v = x[a1 + k];
        const p = y[b0 + k];
        const q = y[b1 + k];
        const r = y[b2 + k];
        const s = y[b3 + k];
        let e = u - p;
        s0 += e * e;
        e = u - q;
        s1 += e * e;
        e = u - r;
        s2 += e * e;
        e = u - s;
        s3 += e * e;
        e = v - p;
        t0 += e * e;
        e = v - q;
        t1 += e * e;
        e = v - r;
        t2 += e * e;
        e = v - s;
        t3 += e * e;
      }
      const at2 = (i - outRow) * n + j;
      out2[at2] = s0;
      out2[at2 + 1] = s1;
      out2[at2 + 2] = s2;
      out2[at2 + 3] = s3;
      if (pair) {
        out2[at2 + n] = t0;
        out2[at2 + n + 1] = t1;
        out2[at2 + n + 2] = t2;
        out2[at2 + n + 3] = t3;
      }
    }
    for (; j < j1; j++) {
      const b0 = j * d;
      let s0 = 0;
      let t0 = 0;
      for (let k = 0; k < d; k++) {
        const p = y[b0 + k];
        let e = x[a0 + k] - p;
        s0 += e * e;
        e = x[a1 + k] - p;
        t0 += e * e;
      }
      const at2 = (i - outRow) * n + j;
      out2[at2] = s0;
      if (pair) out2[at2 + n] = t0;
    }
  }
}
function requireSameWidth(op, a, b) {
  if (a.columns !== b.columns)
    throw new GraftError("shape-mismatch", {
      op,
      shapes: [
        [a.rows, a.columns],
        [b.rows, b.columns]
      ],
      rule: "both sets have the same number of columns"
    });
}

// src/numeric/nearest-neighbours.ts
function nearestNeighbours(queries, points, k) {
  return search(queries, points, k, false);
}
function nearestNeighboursWithin(points, k) {
  return search(points, points, k, true);
}
function search(queries, points, k, withoutSelf) {
  const available = points.rows - (withoutSelf ? 1 : 0);
  if (!(Number.isInteger(k) && k >= 1 && k <= available))
    throw new GraftError("invalid-value", {
      what: "number of neighbours k",
      received: k,
      allowed: available < 1 ? "none, there are too few points" : `1 .. ${available}`
    });
  const indices = new Int32Array(queries.rows * k);
  const distances = new Float64Array(queries.rows * k).fill(Infinity);
  forEachDistanceBlock(queries, points, (first2, count3, block2) => {
    for (let r = 0; r < count3; r++) {
      const base = (first2 + r) * k;
      const start = r * points.rows;
      const self = withoutSelf ? first2 + r : -1;
      let worst = Infinity;
      for (let j = 0; j < points.rows; j++) {
        const distance = block2[start + j];
        if (!(distance < worst) || j === self) continue;
        let slot = k - 1;
        while (slot > 0 && distances[base + slot - 1] > distance) {
          distances[base + slot] = distances[base + slot - 1];
          indices[base + slot] = indices[base + slot - 1];
          slot--;
        }
        distances[base + slot] = distance;
        indices[base + slot] = j;
        worst = distances[base + k - 1];
      }
    }
  });
  if (distances.some((distance) => distance === Infinity))
    throw new GraftError("not-finite", { what: "the distance to a nearest neighbour" });
  return { k, indices, squaredDistances: distances };
}

// src/metrics/nearest-training.ts
function nearestTraining(train2, generated) {
  if (train2.rows < 2)
    throw new GraftError("bad-data", {
      what: "training features",
      problem: `2 items or more are needed, got ${train2.rows}`
    });
  const nearest2 = nearestNeighbours(generated, train2, 1);
  const asked = [...new Set(nearest2.indices)];
  const own = nearestNeighbours(selectRows(train2, asked), train2, 2).squaredDistances;
  const spacingOf = new Map(asked.map((row, i) => [row, Math.sqrt(own[2 * i + 1])]));
  return {
    index: nearest2.indices,
    distance: nearest2.squaredDistances.map(Math.sqrt),
    spacing: Float64Array.from(nearest2.indices, (i) => spacingOf.get(i))
  };
}

// src/metrics/options.ts
import { z as z41 } from "zod";
function integer(fallback, min, max3) {
  const message = max3 === void 0 ? `an integer from ${min} on` : `an integer from ${min} to ${max3}`;
  const schema = z41.int(message).min(min, message);
  return (max3 === void 0 ? schema : schema.max(max3, message)).default(fallback);
}
function positive2(fallback) {
  const message = "a number above 0";
  return z41.number(message).positive(message).default(fallback);
}
function choice(words2) {
  return z41.enum(words2, `one of ${words2.join(", ")}`);
}
var noOptions = z41.object({});

// src/metrics/authpct.ts
var alaa2022 = {
  key: "alaa2022faithful",
  type: "inproceedings",
  authors: "Alaa, Ahmed and van Breugel, Boris and Saveliev, Evgeny S. and van der Schaar, Mihaela",
  title: "How Faithful is your Synthetic Data? Sample-level Metrics for Evaluating and Auditing Generative Models",
  venue: "Proceedings of the 39th International Conference on Machine Learning",
  year: 2022,
  url: "https://arxiv.org/abs/2102.08921"
};
var authpct = defineMetric({
  name: "authpct",
  title: "Authentic samples (AuthPct)",
  summary: "Percentage of samples that are farther from the nearest training example than training examples are from each other; low values mean memorisation.",
  unit: "%",
  direction: "higher",
  range: [0, 100],
  version: 1,
  citations: [
    alaa2022,
    {
      key: "stein2023exposing",
      type: "inproceedings",
      authors: "Stein, George and Cresswell, Jesse C. and others",
      title: "Exposing flaws of generative model evaluation metrics and their unfair treatment of diffusion models",
      venue: "Advances in Neural Information Processing Systems 36",
      year: 2023,
      url: "https://arxiv.org/abs/2306.04675"
    }
  ],
  needs: {
    train: { kind: "matrix", what: "features of the training examples, one row each" },
    generated: {
      kind: "matrix",
      what: "features of generated examples, one row each",
      sameSizeAs: "train"
    }
  },
  options: noOptions,
  compute({ train: train2, generated }) {
    const { index, distance, spacing } = nearestTraining(train2, generated);
    const authentic = Int32Array.from(distance, (value, i) => spacing[i] < value ? 1 : 0);
    return {
      value: 100 * mean(authentic),
      extras: {
        nearest_distance_mean: mean(distance),
        copies: distance.reduce((sum2, value) => sum2 + (value === 0 ? 1 : 0), 0)
      },
      perItem: { nearest_train: index, nearest_train_distance: distance, authentic }
    };
  }
});

// src/metrics/feature-inputs.ts
var realFeatures = {
  kind: "matrix",
  what: "features of real examples, one row each"
};
var generatedFeatures = {
  kind: "matrix",
  what: "features of generated examples, one row each",
  sameSizeAs: "real"
};

// src/metrics/support-curves.ts
function supportCurves(real, generated, steps) {
  const alphas = Float64Array.from({ length: steps }, (_, i) => i / (steps - 1));
  const realCentre = columnMeans(real);
  const generatedCentre = columnMeans(generated);
  const realRadii = quantiles(distancesTo(real, realCentre), alphas);
  const fromRealCentre = distancesTo(generated, realCentre);
  const toReal = nearestNeighboursWithin(real, 1).squaredDistances;
  const nearest2 = nearestNeighbours(real, generated, 1);
  const fromGeneratedCentre = distancesTo(generated, generatedCentre);
  const nearestFromCentre = Float64Array.from(nearest2.indices, (j) => fromGeneratedCentre[j]);
  const nearestRadii = quantiles(nearestFromCentre, alphas);
  return {
    alphas,
    precision: realRadii.map((radius) => share(fromRealCentre, (distance) => distance <= radius)),
    recall: nearestRadii.map(
      (radius) => share(
        nearestFromCentre,
        (distance, i) => distance <= radius && nearest2.squaredDistances[i] <= toReal[i]
      )
    )
  };
}
function closenessToDiagonal(alphas, curve) {
  const gap = curve.reduce((sum2, value, i) => sum2 + Math.abs(value - alphas[i]), 0);
  return 1 - 2 * gap / (alphas.length - 1);
}
function distancesTo(points, centre) {
  return Float64Array.from(
    { length: points.rows },
    (_, i) => Math.sqrt(squaredDistance(rowOf(points, i), centre))
  );
}
function quantiles(values, shares) {
  const sorted = Float64Array.from(values).sort();
  return shares.map((q) => {
    const place = q * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  });
}
function share(values, test) {
  return values.reduce((count3, value, i) => count3 + (test(value, i) ? 1 : 0), 0) / values.length;
}

// src/metrics/alpha-precision.ts
var alphaPrecision = defineMetric({
  name: "alpha_precision",
  title: "Alpha-precision",
  summary: "How closely the samples fill the balls around the real mean that hold each share of the real data; 1 when they fill them alike.",
  unit: "score",
  direction: "higher",
  range: [-1, 1],
  version: 1,
  citations: [alaa2022],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z42.object({ steps: integer(30, 2).describe("points on the curve") }),
  compute({ real, generated }, { steps }, context) {
    const { alphas, precision: precision2 } = context.share(
      `support curves steps=${steps}`,
      [real, generated],
      () => supportCurves(real, generated, steps)
    );
    return { value: closenessToDiagonal(alphas, precision2) };
  }
});

// src/metrics/beta-recall.ts
import { z as z43 } from "zod";
var betaRecall = defineMetric({
  name: "beta_recall",
  title: "Beta-recall",
  summary: "How evenly real examples have samples near them, over all parts of the generated distribution; 1 when they do.",
  unit: "score",
  direction: "higher",
  range: [-1, 1],
  version: 1,
  citations: [alaa2022],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z43.object({ steps: integer(30, 2).describe("points on the curve") }),
  compute({ real, generated }, { steps }, context) {
    const { alphas, recall: recall2 } = context.share(
      `support curves steps=${steps}`,
      [real, generated],
      () => supportCurves(real, generated, steps)
    );
    return { value: closenessToDiagonal(alphas, recall2) };
  }
});

// src/metrics/token-inputs.ts
var tokenLogProbs = {
  kind: "values",
  what: "log-probability of each held-out token given those before it, in nats"
};
var jelinek1977 = {
  key: "jelinek1977perplexity",
  type: "article",
  authors: "Jelinek, Fred and Mercer, Robert L. and Bahl, Lalit R. and Baker, James K.",
  title: "Perplexity\u2014a measure of the difficulty of speech recognition tasks",
  venue: "The Journal of the Acoustical Society of America 62(S1), S63",
  year: 1977
};
function totalLogProbability(metric, values) {
  const at2 = values.findIndex((value) => value > 1e-5);
  if (at2 >= 0)
    throw new GraftError("invalid-value", {
      what: `log-probability of token ${at2}`,
      received: values[at2],
      allowed: "at most 0",
      where: metric
    });
  return values.reduce((sum2, value) => sum2 + value, 0);
}
function totalCount(metric, name, counts) {
  const at2 = counts.findIndex((count3) => !(Number.isInteger(count3) && count3 >= 0));
  if (at2 >= 0)
    throw new GraftError("invalid-value", {
      what: `${name} of document ${at2}`,
      received: counts[at2],
      allowed: "an integer from 0 on",
      where: metric
    });
  const total = counts.reduce((sum2, count3) => sum2 + count3, 0);
  if (total === 0)
    throw new GraftError("bad-data", { what: `${name} of ${metric}`, problem: "are 0 in all documents" });
  return total;
}

// src/metrics/bits-per-byte.ts
var gao2020 = {
  key: "gao2020pile",
  type: "misc",
  authors: "Gao, Leo and Biderman, Stella and Black, Sid and others",
  title: "The Pile: An 800GB Dataset of Diverse Text for Language Modeling",
  venue: "arXiv:2101.00027",
  year: 2020,
  url: "https://arxiv.org/abs/2101.00027"
};
var bitsPerByte = defineMetric({
  name: "bits_per_byte",
  title: "Bits per byte",
  summary: "Bits that the model needs to encode each byte of held-out text, whatever its tokenizer.",
  unit: "bits/byte",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [gao2020],
  needs: { tokenLogProbs, bytes: { kind: "values", what: "UTF-8 bytes of each document" } },
  options: noOptions,
  compute({ tokenLogProbs: tokenLogProbs2, bytes: bytes2 }) {
    const total = totalCount("bits_per_byte", "bytes", bytes2);
    const nats = -totalLogProbability("bits_per_byte", tokenLogProbs2) / total;
    return { value: nats / Math.LN2, extras: { byte_perplexity: Math.exp(nats), bytes: total } };
  }
});

// src/metrics/bits-per-character.ts
var bitsPerCharacter = defineMetric({
  name: "bits_per_character",
  title: "Bits per character",
  summary: "Bits that the model needs to encode each character of held-out text, whatever its tokenizer.",
  unit: "bits/character",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [gao2020],
  needs: { tokenLogProbs, characters: { kind: "values", what: "Unicode code points of each document" } },
  options: noOptions,
  compute({ tokenLogProbs: tokenLogProbs2, characters }) {
    const total = totalCount("bits_per_character", "characters", characters);
    const nats = -totalLogProbability("bits_per_character", tokenLogProbs2) / total;
    return { value: nats / Math.LN2, extras: { nats_per_character: nats, characters: total } };
  }
});

// src/metrics/bits-per-dim.ts
import { z as z45 } from "zod";

// src/metrics/likelihood-inputs.ts
import { z as z44 } from "zod";

// src/numeric/log-sum-exp.ts
function logSumExp(values) {
  let largest2 = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > largest2) largest2 = values[i];
  if (!Number.isFinite(largest2)) return largest2;
  let sum2 = 0;
  for (let i = 0; i < values.length; i++) sum2 += Math.exp(values[i] - largest2);
  return largest2 + Math.log(sum2);
}
function logMeanExp(values) {
  return logSumExp(values) - Math.log(values.length);
}

// src/metrics/importance-bound.ts
function importanceBound(logWeights, k) {
  const { rows, columns } = logWeights;
  if (!(Number.isInteger(k) && k >= 1 && columns % k === 0))
    throw new GraftError("invalid-value", {
      what: "number of importance samples k",
      received: k,
      allowed: `a divisor of the ${columns} samples drawn for each item`
    });
  const bound = new Float64Array(rows);
  const elbo = new Float64Array(rows);
  const effectiveSampleSize = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const weights = rowOf(logWeights, i);
    let sum2 = 0;
    for (let start = 0; start < columns; start += k) sum2 += logMeanExp(weights.subarray(start, start + k));
    bound[i] = sum2 * k / columns;
    elbo[i] = mean(weights);
    const largest2 = weights.reduce((a, b) => Math.max(a, b));
    let total = 0;
    let squares = 0;
    for (const weight of weights) {
      const relative = Math.exp(weight - largest2);
      total += relative;
      squares += relative * relative;
    }
    effectiveSampleSize[i] = total * total / squares;
  }
  return { bound, elbo, effectiveSampleSize };
}

// src/metrics/likelihood-inputs.ts
var burda2016 = {
  key: "burda2016importance",
  type: "inproceedings",
  authors: "Burda, Yuri and Grosse, Roger and Salakhutdinov, Ruslan",
  title: "Importance Weighted Autoencoders",
  venue: "International Conference on Learning Representations",
  year: 2016,
  url: "https://arxiv.org/abs/1509.00519"
};
var likelihoodNeeds = {
  logLikelihood: {
    kind: "values",
    what: "exact log-likelihood of each held-out item, in nats",
    optional: true
  },
  logWeights: {
    kind: "matrix",
    what: "log importance weights log p(x, z) - log q(z | x) of each held-out item, [items, samples], in nats",
    optional: true
  }
};
var likelihoodOptions = {
  k: z44.int("an integer from 1 on").min(1, "an integer from 1 on").optional().describe("samples in the importance-weighted bound; all that were drawn if not given")
};
function negativeLogLikelihood(metric, inputs, k) {
  const { logLikelihood, logWeights } = inputs;
  if (logLikelihood === void 0 === (logWeights === void 0))
    throw new GraftError("bad-data", {
      what: `inputs of ${metric}`,
      problem: `exactly one of 'logLikelihood' and 'logWeights' is needed, got ${logLikelihood === void 0 ? "neither" : "both"}`
    });
  if (logLikelihood !== void 0) {
    if (k !== void 0)
      throw new GraftError("conflict", {
        first: "option k",
        second: "input 'logLikelihood'",
        reason: "exact log-likelihoods have no importance samples",
        where: metric
      });
    const nll4 = logLikelihood.map((value2) => -value2);
    return { value: mean(nll4), kind: "exact", extras: {}, ...standardError(nll4), perItem: { nll: nll4 } };
  }
  const weights = logWeights;
  const samples = k ?? weights.columns;
  const { bound, elbo, effectiveSampleSize } = importanceBound(weights, samples);
  const nll3 = bound.map((value2) => -value2);
  const value = mean(nll3);
  const elboNll = -mean(elbo);
  const warnings = [];
  const ess = mean(effectiveSampleSize);
  if (samples > 1 && ess < 2)
    warnings.push(
      `effective sample size ${ess.toFixed(2)} of ${weights.columns}: the bound rests on single samples and may be far from the likelihood`
    );
  return {
    value,
    kind: `bound with k = ${samples}`,
    extras: {
      k: samples,
      elbo_nll: elboNll,
      gap_to_elbo: elboNll - value,
      effective_sample_size: ess,
      effective_sample_size_min: effectiveSampleSize.reduce((a, b) => Math.min(a, b))
    },
    ...standardError(nll3),
    perItem: { nll: nll3 },
    warnings
  };
}
function standardError(values) {
  return values.length < 2 ? {} : { standardError: standardDeviation(values, 1) / Math.sqrt(values.length) };
}

// src/metrics/bits-per-dim.ts
var theis2016 = {
  key: "theis2016note",
  type: "inproceedings",
  authors: "Theis, Lucas and van den Oord, A\xE4ron and Bethge, Matthias",
  title: "A note on the evaluation of generative models",
  venue: "International Conference on Learning Representations",
  year: 2016,
  url: "https://arxiv.org/abs/1511.01844"
};
var bitsPerDim = defineMetric({
  name: "bits_per_dim",
  title: "Bits per dimension",
  summary: "Negative log-likelihood of held-out examples in bits for each pixel or value.",
  unit: "bits/dimension",
  direction: "lower",
  range: [-Infinity, Infinity],
  version: 1,
  citations: [theis2016, burda2016],
  needs: likelihoodNeeds,
  options: z45.object({
    ...likelihoodOptions,
    dimensions: z45.int("an integer from 1 on: the number of values in an item").min(1, "an integer from 1 on: the number of values in an item").describe("values in an item"),
    levels: integer(1, 1).describe(
      "integer levels that were scaled to [0, 1]; 1: the likelihood is discrete already"
    )
  }),
  compute(inputs, { k, dimensions, levels }) {
    const result = negativeLogLikelihood("bits_per_dim", inputs, k);
    const bits = (nats) => nats / (dimensions * Math.LN2) + Math.log2(levels);
    const scale2 = 1 / (dimensions * Math.LN2);
    const { elbo_nll, gap_to_elbo, ...others } = result.extras;
    return {
      ...result,
      value: bits(result.value),
      extras: {
        ...others,
        ...elbo_nll === void 0 ? {} : { elbo_bits_per_dim: bits(elbo_nll) },
        ...gap_to_elbo === void 0 ? {} : { gap_to_elbo: gap_to_elbo * scale2 }
      },
      ...result.standardError === void 0 ? {} : { standardError: result.standardError * scale2 },
      perItem: { bits_per_dim: result.perItem.nll.map(bits) }
    };
  }
});

// src/metrics/bits-per-token.ts
var bitsPerToken = defineMetric({
  name: "bits_per_token",
  title: "Bits per token",
  summary: "Bits that the model needs for each held-out token; depends on the tokenizer.",
  unit: "bits/token",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [jelinek1977],
  needs: { tokenLogProbs },
  options: noOptions,
  compute({ tokenLogProbs: tokenLogProbs2 }) {
    const nats = -totalLogProbability("bits_per_token", tokenLogProbs2) / tokenLogProbs2.length;
    return { value: nats / Math.LN2, extras: { nats_per_token: nats } };
  }
});

// src/metrics/cmmd.ts
import { z as z46 } from "zod";

// src/metrics/mmd.ts
function polynomialKernel(gamma, coef0, degree) {
  if (degree === 3)
    return {
      of: "product",
      at: (product3) => {
        const base = gamma * product3 + coef0;
        return base * base * base;
      }
    };
  return { of: "product", at: (product3) => (gamma * product3 + coef0) ** degree };
}
function gaussianKernel(sigma) {
  const scale2 = -1 / (2 * sigma * sigma);
  return { of: "distance", at: (distance) => Math.exp(scale2 * distance) };
}
function kernelSums(a, b, kernel2) {
  let all = 0;
  let diagonal = 0;
  const add4 = (first2, count3, block2) => {
    for (let r = 0; r < count3; r++) {
      let sum2 = 0;
      const start = r * b.rows;
      for (let j = 0; j < b.rows; j++) sum2 += kernel2.at(block2[start + j]);
      all += sum2;
      if (first2 + r < b.rows) diagonal += kernel2.at(block2[start + first2 + r]);
    }
  };
  if (kernel2.of === "distance") forEachDistanceBlock(a, b, add4);
  else
    for (let i = 0; i < a.rows; i += 128) {
      const part = rowRange(a, i, Math.min(a.rows, i + 128));
      add4(i, part.rows, multiplyTransposed(part, b).data);
    }
  return { all, diagonal };
}
function squaredDiscrepancy(x, y, kernel2) {
  const m = x.rows;
  const n = y.rows;
  if (m < 2 || n < 2)
    throw new GraftError("bad-data", {
      what: "maximum mean discrepancy",
      problem: `needs 2 items or more of each kind, got ${m} and ${n}`
    });
  const xx = kernelSums(x, x, kernel2);
  const yy = kernelSums(y, y, kernel2);
  const xy = kernelSums(x, y, kernel2);
  const within = (xx.all - xx.diagonal) / (m * (m - 1)) + (yy.all - yy.diagonal) / (n * (n - 1));
  return {
    unbiased: within - 2 * xy.all / (m * n),
    biased: xx.all / (m * m) + yy.all / (n * n) - 2 * xy.all / (m * n),
    uStatistic: m === n ? within - 2 * (xy.all - xy.diagonal) / (m * (m - 1)) : void 0
  };
}

// src/metrics/cmmd.ts
var jayasumana2024 = {
  key: "jayasumana2024rethinking",
  type: "inproceedings",
  authors: "Jayasumana, Sadeep and Ramalingam, Srikumar and Veit, Andreas and Glasner, Daniel and Chakrabarti, Ayan and Kumar, Sanjiv",
  title: "Rethinking FID: Towards a Better Evaluation Metric for Image Generation",
  venue: "IEEE/CVF Conference on Computer Vision and Pattern Recognition",
  year: 2024,
  url: "https://arxiv.org/abs/2401.09603"
};
var cmmd = defineMetric({
  name: "cmmd",
  title: "Gaussian-kernel distance (CMMD)",
  summary: "How far the distribution of generated features is from that of real ones under a Gaussian kernel; 0 when they agree.",
  unit: "squared kernel units x 1000",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [jayasumana2024],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z46.object({
    sigma: positive2(10).describe("width of the kernel exp(-|x - y|^2 / (2 sigma^2))"),
    scale: positive2(1e3).describe("factor that makes values readable")
  }),
  compute({ real, generated }, { sigma, scale: scale2 }) {
    const { biased, unbiased } = squaredDiscrepancy(real, generated, gaussianKernel(sigma));
    return { value: scale2 * Math.max(0, biased), extras: { unbiased: scale2 * unbiased } };
  }
});

// src/metrics/coverage.ts
import { z as z47 } from "zod";

// src/metrics/prdc.ts
var kynkaanniemi2019 = {
  key: "kynkaanniemi2019improved",
  type: "inproceedings",
  authors: "Kynk\xE4\xE4nniemi, Tuomas and Karras, Tero and Laine, Samuli and Lehtinen, Jaakko and Aila, Timo",
  title: "Improved Precision and Recall Metric for Assessing Generative Models",
  venue: "Advances in Neural Information Processing Systems 32",
  year: 2019,
  url: "https://arxiv.org/abs/1904.06991"
};
var naeem2020 = {
  key: "naeem2020reliable",
  type: "inproceedings",
  authors: "Naeem, Muhammad Ferjad and Oh, Seong Joon and Uh, Youngjung and Choi, Yunjey and Yoo, Jaejun",
  title: "Reliable Fidelity and Diversity Metrics for Generative Models",
  venue: "Proceedings of the 37th International Conference on Machine Learning",
  year: 2020,
  url: "https://arxiv.org/abs/2002.09797"
};
function computePrdc(real, generated, k, surface = "outside") {
  const realRadii = ballRadii("real", real, k);
  const generatedRadii = ballRadii("generated", generated, k);
  const closed = surface === "inside";
  let precise = 0;
  let inRealBalls = 0;
  const recalled = new Uint8Array(real.rows);
  const covered = new Uint8Array(real.rows);
  forEachDistanceBlock(generated, real, (first2, count3, block2) => {
    for (let r = 0; r < count3; r++) {
      const start = r * real.rows;
      const ownRadius = generatedRadii[first2 + r];
      let balls = 0;
      for (let i = 0; i < real.rows; i++) {
        const distance = block2[start + i];
        const radius = realRadii[i];
        if (distance < radius || closed && distance === radius) {
          balls++;
          covered[i] = 1;
        }
        if (distance < ownRadius || closed && distance === ownRadius) recalled[i] = 1;
      }
      if (balls > 0) precise++;
      inRealBalls += balls;
    }
  });
  const share2 = (flags) => flags.reduce((sum2, flag) => sum2 + flag, 0) / flags.length;
  return {
    precision: precise / generated.rows,
    recall: share2(recalled),
    density: inRealBalls / (k * generated.rows),
    coverage: share2(covered),
    realRadii,
    generatedRadii
  };
}
function ballRadii(name, points, k) {
  if (points.rows <= k)
    throw new GraftError("bad-data", {
      what: `${name} features`,
      problem: `${points.rows} items are too few for k = ${k} neighbours`,
      hint: `Use more than ${k} items or a smaller k.`
    });
  const { squaredDistances: squaredDistances2 } = nearestNeighboursWithin(points, k);
  return Float64Array.from({ length: points.rows }, (_, i) => squaredDistances2[i * k + k - 1]);
}
var ballOptions = {
  k: integer(5, 1).describe("the ball of a point reaches to its k-th nearest neighbour"),
  surface: choice(["outside", "inside"]).default("outside").describe(
    "whether a point on the surface of a ball counts: outside (Naeem et al. 2020), inside (Kynk\xE4\xE4nniemi et al. 2019)"
  )
};
function sharedPrdc(inputs, options22, context) {
  const { k, surface } = options22;
  const { real, generated } = inputs;
  return context.share(
    `prdc k=${k} surface=${surface}`,
    [real, generated],
    () => computePrdc(real, generated, k, surface)
  );
}

// src/metrics/coverage.ts
var coverage = defineMetric({
  name: "coverage",
  title: "Coverage",
  summary: "Share of real examples that have a generated one in their neighbourhood: diversity that an outlier cannot raise.",
  unit: "share",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [naeem2020],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z47.object(ballOptions),
  compute: (inputs, options22, context) => ({ value: sharedPrdc(inputs, options22, context).coverage })
});

// src/metrics/ct-test.ts
import { z as z48 } from "zod";

// src/numeric/k-means.ts
function kMeans(x, initial, maxIterations = 300) {
  let centroids = initial;
  let labels = new Int32Array(x.rows).fill(-1);
  let iterations = 0;
  for (; ; ) {
    const nearest2 = nearestNeighbours(x, centroids, 1);
    const changed = nearest2.indices.some((label, i) => label !== labels[i]);
    labels = Int32Array.from(nearest2.indices);
    if (!changed || iterations === maxIterations) {
      const inertia = nearest2.squaredDistances.reduce((sum2, distance) => sum2 + distance, 0);
      return { centroids, labels, inertia, iterations };
    }
    iterations++;
    centroids = meansOfClusters(x, labels, centroids);
  }
}
function kMeansFromRandom(x, k, random, restarts = 5) {
  if (!(Number.isInteger(k) && k >= 1 && k <= x.rows))
    throw new GraftError("invalid-value", {
      what: "number of clusters",
      received: k,
      allowed: `1 .. ${x.rows}`
    });
  let best;
  for (let run = 0; run < restarts; run++) {
    const clustering = kMeans(x, selectRows(x, spreadRows(x, k, random.child(run))));
    if (best === void 0 || clustering.inertia < best.inertia) best = clustering;
  }
  return best;
}
function spreadRows(x, k, random) {
  const draws = random.uniforms(k);
  const chosen = [Math.floor(draws[0] * x.rows)];
  const distances = new Float64Array(x.rows).fill(Infinity);
  while (chosen.length < k) {
    const latest = rowOf(x, chosen[chosen.length - 1]);
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      distances[i] = Math.min(distances[i], squaredDistance(rowOf(x, i), latest));
      total += distances[i];
    }
    let rest = draws[chosen.length] * total;
    let pick = -1;
    for (let i = 0; i < x.rows; i++) {
      if (total > 0 ? distances[i] <= 0 : chosen.includes(i)) continue;
      pick = i;
      rest -= distances[i];
      if (rest < 0 || total === 0) break;
    }
    chosen.push(pick);
  }
  return chosen;
}
function meansOfClusters(x, labels, previous) {
  const { rows: k, columns: d } = previous;
  const centroids = matrix(k, d);
  const counts = new Float64Array(k);
  for (let i = 0; i < x.rows; i++) {
    const label = labels[i];
    counts[label] = counts[label] + 1;
    for (let j = 0; j < d; j++)
      centroids.data[label * d + j] = centroids.data[label * d + j] + x.data[i * d + j];
  }
  for (let c = 0; c < k; c++)
    for (let j = 0; j < d; j++)
      centroids.data[c * d + j] = counts[c] === 0 ? previous.data[c * d + j] : centroids.data[c * d + j] / counts[c];
  return centroids;
}

// src/metrics/ct-test.ts
var meehan2020 = {
  key: "meehan2020nonparametric",
  type: "inproceedings",
  authors: "Meehan, Casey and Chaudhuri, Kamalika and Dasgupta, Sanjoy",
  title: "A Three Sample Hypothesis Test for Evaluating Generative Models",
  venue: "Proceedings of the 23rd International Conference on Artificial Intelligence and Statistics",
  year: 2020,
  url: "https://arxiv.org/abs/2004.05675"
};
function copyingScore(test, generated, train2) {
  const ofTest = nearestNeighbours(test, train2, 1).squaredDistances.sort();
  const ofGenerated = nearestNeighbours(generated, train2, 1).squaredDistances;
  const n = ofTest.length;
  const m = ofGenerated.length;
  let u = 0;
  for (const distance of ofGenerated)
    u += (countBelow(ofTest, distance, false) + countBelow(ofTest, distance, true)) / 2;
  return (u - (n * m / 2 - 0.5)) / Math.sqrt(n * m * (n + m + 1) / 12);
}
function countBelow(sorted, limit, included) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (sorted[middle] < limit || included && sorted[middle] === limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
function copyingTest(test, generated, train2, count3, tau) {
  const scores = new Float64Array(count3);
  let value = 0;
  let weight = 0;
  let used = 0;
  for (let cell = 0; cell < count3; cell++) {
    const [ofTest, ofGenerated, ofTrain] = [test, generated, train2].map((set) => inCell(set, cell));
    if (ofTest.rows === 0 || ofTrain.rows === 0)
      throw new GraftError("bad-data", {
        what: "ct_test",
        problem: `cell ${cell} holds ${ofTest.rows} held-out and ${ofTrain.rows} training points`,
        hint: "Use fewer cells."
      });
    if (ofGenerated.rows > 0) scores[cell] = copyingScore(ofTest, ofGenerated, ofTrain);
    if (!(ofGenerated.rows / generated.points.rows > tau)) continue;
    used++;
    weight += ofTest.rows;
    value += ofTest.rows * scores[cell];
  }
  if (used === 0)
    throw new GraftError("bad-data", {
      what: "ct_test",
      problem: `no cell holds more than the share ${tau} of the generated points`,
      hint: "Use fewer cells or a smaller tau."
    });
  return { value: value / weight, scores, used };
}
function inCell({ points, cells }, cell) {
  const rows = [];
  for (let i = 0; i < points.rows; i++) if (cells[i] === cell) rows.push(i);
  return selectRows(points, rows);
}
var ctTest = defineMetric({
  name: "ct_test",
  title: "Data-copying test (C_T)",
  summary: "Whether samples lie nearer to training examples than held-out examples do, as a z-score: far below 0 means copying, far above 0 underfitting.",
  unit: "standard deviations",
  direction: "higher",
  range: [-Infinity, Infinity],
  version: 1,
  citations: [meehan2020],
  needs: {
    train: { kind: "matrix", what: "features of the training examples, one row each" },
    test: { kind: "matrix", what: "features of held-out examples, one row each", sameSizeAs: "train" },
    generated: { kind: "matrix", what: "features of generated examples, one row each", sameSizeAs: "train" }
  },
  options: z48.object({
    cells: integer(1, 1).describe("parts of space, by k-means on the training set"),
    tau: z48.number("a number from 0 on, below 1").min(0, "a number from 0 on, below 1").lt(1, "a number from 0 on, below 1").default(0.05).describe("cells with no more than this share of the samples are left out")
  }),
  compute({ train: train2, test, generated }, { cells, tau }, { random }) {
    if (cells === 1) return { value: copyingScore(test, generated, train2), extras: { cells_used: 1 } };
    const { centroids, labels } = kMeansFromRandom(train2, cells, random.child("cells"));
    const cellOf = (points) => ({ points, cells: nearestNeighbours(points, centroids, 1).indices });
    const { value, used } = copyingTest(
      cellOf(test),
      cellOf(generated),
      { points: train2, cells: labels },
      cells,
      tau
    );
    return { value, extras: { cells_used: used } };
  }
});

// src/metrics/density.ts
import { z as z49 } from "zod";
var density = defineMetric({
  name: "density",
  title: "Density",
  summary: "How densely real examples surround generated ones: fidelity that an outlier cannot raise; about 1 when both sets are alike.",
  unit: "ratio",
  direction: "higher",
  range: [0, Infinity],
  version: 1,
  citations: [naeem2020],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z49.object(ballOptions),
  compute: (inputs, options22, context) => ({ value: sharedPrdc(inputs, options22, context).density })
});

// src/metrics/distinct-n.ts
import { z as z50 } from "zod";

// src/metrics/ngram-counts.ts
function tokenNumbering() {
  const ids = /* @__PURE__ */ new Map();
  return (sequence) => Int32Array.from(sequence, (token) => {
    const id = ids.get(token) ?? ids.size;
    ids.set(token, id);
    return id;
  });
}
function ngrams(ids, n) {
  const result = [];
  for (let start = 0; start + n <= ids.length; start++) {
    let key = String(ids[start]);
    for (let i = 1; i < n; i++) key += `,${ids[start + i]}`;
    result.push(key);
  }
  return result;
}
function countNgrams(sequences, n) {
  const numbered = tokenNumbering();
  const corpus = /* @__PURE__ */ new Map();
  const total = new Int32Array(sequences.length);
  const distinct = new Int32Array(sequences.length);
  let corpusTotal = 0;
  sequences.forEach((sequence, i) => {
    const grams = ngrams(numbered(sequence), n);
    for (const gram2 of grams) corpus.set(gram2, (corpus.get(gram2) ?? 0) + 1);
    total[i] = grams.length;
    distinct[i] = new Set(grams).size;
    corpusTotal += grams.length;
  });
  return { total, distinct, corpus, corpusTotal };
}
function repetition(counts) {
  return Float64Array.from(counts.total, (total, i) => total === 0 ? 0 : 1 - counts.distinct[i] / total);
}

// src/metrics/sequence-inputs.ts
var generatedSequences = {
  kind: "sequences",
  what: "generated token sequences"
};
var trainSequences = {
  kind: "sequences",
  what: "token sequences of the training data"
};
var carlini2021 = {
  key: "carlini2021extracting",
  type: "inproceedings",
  authors: "Carlini, Nicholas and Tram\xE8r, Florian and Wallace, Eric and others",
  title: "Extracting Training Data from Large Language Models",
  venue: "30th USENIX Security Symposium",
  year: 2021,
  url: "https://arxiv.org/abs/2012.07805"
};
function requireNgrams(metric, total, n) {
  if (total === 0)
    throw new GraftError("bad-data", {
      what: `input 'generated' of ${metric}`,
      problem: `no sequence has ${n} tokens`,
      hint: "Use a smaller n or longer samples."
    });
}

// src/metrics/distinct-n.ts
var li2016 = {
  key: "li2016diversity",
  type: "inproceedings",
  authors: "Li, Jiwei and Galley, Michel and Brockett, Chris and Gao, Jianfeng and Dolan, Bill",
  title: "A Diversity-Promoting Objective Function for Neural Conversation Models",
  venue: "Proceedings of NAACL-HLT",
  year: 2016,
  url: "https://arxiv.org/abs/1510.03055"
};
var distinctN = defineMetric({
  name: "distinct_n",
  title: "Distinct n-grams",
  summary: "Share of different n-grams among all generated ones; low values mean that samples repeat each other.",
  unit: "share",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [li2016],
  needs: { generated: generatedSequences },
  options: z50.object({ n: integer(2, 1).describe("tokens in an n-gram") }),
  compute({ generated }, { n }) {
    const counts = countNgrams(generated, n);
    requireNgrams("distinct_n", counts.corpusTotal, n);
    const shares = [...counts.total].flatMap((total, i) => total > 0 ? [counts.distinct[i] / total] : []);
    return {
      value: counts.corpus.size / counts.corpusTotal,
      extras: { mean_per_sequence: mean(shares), ngrams: counts.corpusTotal }
    };
  }
});

// src/metrics/fid.ts
import { z as z51 } from "zod";

// src/numeric/symmetric-eigen.ts
function symmetricEigen(a) {
  const { diagonal, offDiagonal, basis } = tridiagonalise(a, true);
  const vectors = basis;
  tridiagonalEigen(diagonal, offDiagonal, vectors);
  const order = [...diagonal.keys()].sort((i, j) => diagonal[i] - diagonal[j]);
  const sorted = matrix(a.rows, a.rows);
  order.forEach((from, to) => {
    sorted.data.set(vectors.data.subarray(from * a.rows, (from + 1) * a.rows), to * a.rows);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]), vectors: sorted };
}
function symmetricEigenvalues(a) {
  const { diagonal, offDiagonal } = tridiagonalise(a, false);
  tridiagonalEigen(diagonal, offDiagonal);
  return diagonal.sort();
}
function tridiagonalise(a, withBasis) {
  const n = sizeOfSquare("symmetric eigenvalues", a);
  const w = Float64Array.from(a.data);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) w[i * n + j] = w[j * n + i];
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(Math.max(0, n - 1));
  const scales = new Float64Array(n);
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    diagonal[k] = w[k * n + k];
    const { beta, scale: scale2 } = reflector(w, k * n + k + 1, n - k - 1);
    offDiagonal[k] = beta;
    scales[k] = scale2;
    if (scale2 === 0) continue;
    for (let i = k + 1; i < n; i++) v[i] = w[k * n + i];
    let product3 = 0;
    for (let i = k + 1; i < n; i++) {
      let sum2 = 0;
      for (let j = k + 1; j < n; j++) sum2 += w[i * n + j] * v[j];
      p[i] = scale2 * sum2;
      product3 += p[i] * v[i];
    }
    const half2 = scale2 * product3 / 2;
    for (let i = k + 1; i < n; i++) p[i] = p[i] - half2 * v[i];
    for (let i = k + 1; i < n; i++) {
      const vi = v[i];
      const pi = p[i];
      const start = i * n;
      for (let j = k + 1; j < n; j++) w[start + j] = w[start + j] - (vi * p[j] + pi * v[j]);
    }
  }
  if (n > 0) diagonal[n - 1] = w[n * n - 1];
  if (!withBasis) return { diagonal, offDiagonal, basis: void 0 };
  const q = identity(n);
  const rows = q.data;
  for (let k = n - 2; k >= 0; k--) {
    const scale2 = scales[k];
    if (scale2 === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const start = i * n;
      let sum2 = 0;
      for (let j = k + 1; j < n; j++) sum2 += rows[start + j] * w[k * n + j];
      sum2 *= scale2;
      for (let j = k + 1; j < n; j++) rows[start + j] = rows[start + j] - sum2 * w[k * n + j];
    }
  }
  return { diagonal, offDiagonal, basis: q };
}
function reflector(data, start, length) {
  let largest2 = 0;
  for (let i = 1; i < length; i++) largest2 = Math.max(largest2, Math.abs(data[start + i]));
  const first2 = data[start];
  if (Number.isNaN(first2) || Number.isNaN(largest2))
    throw new GraftError("not-finite", { what: "a matrix entry" });
  if (largest2 === 0) return { beta: first2, scale: 0 };
  largest2 = Math.max(largest2, Math.abs(first2));
  let sum2 = 0;
  for (let i = 0; i < length; i++) {
    const value = data[start + i] / largest2;
    data[start + i] = value;
    sum2 += value * value;
  }
  const norm = Math.sqrt(sum2);
  const head = data[start];
  const beta = head > 0 ? -norm : norm;
  data[start] = head - beta;
  return { beta: beta * largest2, scale: 1 / (norm * (norm + Math.abs(head))) };
}
function tridiagonalEigen(diagonal, offDiagonal, basis) {
  const n = diagonal.length;
  const d = diagonal;
  const e = new Float64Array(n);
  e.set(offDiagonal.subarray(0, Math.max(0, n - 1)));
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]), Math.abs(e[i]));
  const negligible = Number.EPSILON * norm;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m + 1 < n && !(Math.abs(e[m]) <= negligible)) m++;
      if (m === l) break;
      if (sweep === 100)
        throw new GraftError("not-finite", {
          what: "an eigenvalue",
          hint: "The QL iteration did not settle; the matrix may hold NaN or infinite entries."
        });
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      let r = Math.hypot(g, 1);
      g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        let f = s * e[i];
        const b = c * e[i];
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = d[i + 1] - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        if (basis !== void 0) {
          const { columns, data } = basis;
          const lower = i * columns;
          const upper = lower + columns;
          for (let k = 0; k < columns; k++) {
            f = data[upper + k];
            const h = data[lower + k];
            data[upper + k] = s * h + c * f;
            data[lower + k] = c * h - s * f;
          }
        }
      }
      if (r === 0 && i >= l) continue;
      d[l] = d[l] - p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

// src/numeric/singular-values.ts
function singularValues(a) {
  const tall = a.rows >= a.columns ? a : transpose(a);
  const m = tall.rows;
  const n = tall.columns;
  if (n === 0) return new Float64Array(0);
  const w = Float64Array.from(tall.data);
  const diagonal = new Float64Array(n);
  const superDiagonal = new Float64Array(Math.max(0, n - 1));
  const column = new Float64Array(m);
  const sums2 = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < m; i++) column[i] = w[i * n + k];
    const left = reflector(column, k, m - k);
    diagonal[k] = left.beta;
    if (left.scale !== 0) {
      sums2.fill(0);
      for (let i = k; i < m; i++) {
        const v = column[i];
        for (let j = k + 1; j < n; j++) sums2[j] = sums2[j] + v * w[i * n + j];
      }
      for (let i = k; i < m; i++) {
        const v = left.scale * column[i];
        for (let j = k + 1; j < n; j++) w[i * n + j] = w[i * n + j] - v * sums2[j];
      }
    }
    if (k + 1 === n) break;
    const right = reflector(w, k * n + k + 1, n - k - 1);
    superDiagonal[k] = right.beta;
    if (right.scale === 0) continue;
    for (let i = k + 1; i < m; i++) {
      let sum2 = 0;
      for (let j = k + 1; j < n; j++) sum2 += w[i * n + j] * w[k * n + j];
      sum2 *= right.scale;
      for (let j = k + 1; j < n; j++) w[i * n + j] = w[i * n + j] - sum2 * w[k * n + j];
    }
  }
  const zero2 = new Float64Array(2 * n);
  const off = new Float64Array(2 * n - 1);
  for (let k = 0; k < n; k++) {
    off[2 * k] = diagonal[k];
    if (k + 1 < n) off[2 * k + 1] = superDiagonal[k];
  }
  tridiagonalEigen(zero2, off);
  return zero2.sort().subarray(n).map((value) => Math.max(0, value)).reverse();
}
function nuclearNorm(a) {
  return singularValues(a).reduce((sum2, value) => sum2 + value, 0);
}

// src/metrics/fid.ts
var heusel2017 = {
  key: "heusel2017gans",
  type: "inproceedings",
  authors: "Heusel, Martin and Ramsauer, Hubert and Unterthiner, Thomas and Nessler, Bernhard and Hochreiter, Sepp",
  title: "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
  venue: "Advances in Neural Information Processing Systems 30",
  year: 2017,
  url: "https://arxiv.org/abs/1706.08500"
};
function fitGaussian(x) {
  const mean3 = columnMeans(x);
  if (x.rows > x.columns) return { mean: mean3, factor: semidefiniteFactor(covariance(x, { means: mean3 })) };
  if (x.rows < 2)
    throw new GraftError("bad-data", { what: "covariance", problem: `needs 2 rows or more, got ${x.rows}` });
  const factor = centred(x, mean3);
  const scale2 = 1 / Math.sqrt(x.rows - 1);
  return {
    mean: mean3,
    factor: matrix(
      x.rows,
      x.columns,
      factor.data.map((value) => value * scale2)
    )
  };
}
function frechetDistance(a, b) {
  const meanTerm = squaredDistance(a.mean, b.mean);
  const traces = dot(a.factor.data, a.factor.data) + dot(b.factor.data, b.factor.data);
  const root = nuclearNorm(multiplyTransposed(a.factor, b.factor));
  return { value: Math.max(0, meanTerm + traces - 2 * root), meanTerm };
}
var fid = defineMetric({
  name: "fid",
  title: "Fr\xE9chet distance (FID)",
  summary: "How far the mean and covariance of generated features are from those of real ones; 0 when they agree.",
  unit: "squared feature units",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [heusel2017],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z51.object({
    small_sample: choice(["refuse", "allow"]).default("refuse").describe("what to do where a set has no more items than dimensions")
  }),
  compute({ real, generated }, { small_sample }) {
    const smallest2 = Math.min(real.rows, generated.rows);
    const d = real.columns;
    const warnings = [];
    if (smallest2 <= d) {
      if (small_sample === "refuse")
        throw new GraftError("bad-data", {
          what: "fid",
          problem: `${smallest2} items are too few for ${d} dimensions, their covariance is singular`,
          hint: `Use more than ${d} items of each kind, fewer dimensions, or kid; small_sample=allow computes it all the same.`
        });
      warnings.push(
        `${smallest2} items for ${d} dimensions: the covariance is singular, the value is dominated by the sample size`
      );
    } else if (smallest2 < 5 * d)
      warnings.push(
        `${smallest2} items for ${d} dimensions: the estimate is biased upwards, compare equal N only`
      );
    const { value, meanTerm } = frechetDistance(fitGaussian(real), fitGaussian(generated));
    return {
      value,
      extras: { mean_term: meanTerm, covariance_term: Math.max(0, value - meanTerm) },
      warnings
    };
  }
});

// src/metrics/fld.ts
import { z as z52 } from "zod";

// src/metrics/gaussian-mixture.ts
var rate = 0.5;
var maxSteps = 50;
var shrinkage = (1 - 0.1) ** 2;
function fitMixture(centres, x) {
  const m = centres.rows;
  const n = x.rows;
  const d = x.columns;
  const distances = squaredDistances(x, centres);
  const origin = columnMeans(x);
  const originDistances = Float64Array.from(
    { length: n },
    (_, i) => shrinkage * squaredDistance(rowOf(x, i), origin)
  );
  const parameters = new Float64Array(m + 1);
  for (let j = 0; j < m; j++) {
    let nearest2 = Infinity;
    for (let i = 0; i < n; i++) nearest2 = Math.min(nearest2, distances.data[i * m + j]);
    parameters[j] = Math.log((nearest2 + 1e-3) / d);
  }
  const step3 = adam2(parameters);
  const gradient = new Float64Array(m + 1);
  const terms = new Float64Array(m + 1);
  const losses = [];
  for (let epoch = 0; epoch < maxSteps; epoch++) {
    gradient.fill(0);
    let total = 0;
    const precisions = parameters.map((value) => Math.exp(-value));
    for (let i = 0; i < n; i++) {
      const distanceTo = (j) => j < m ? distances.data[i * m + j] : originDistances[i];
      for (let j = 0; j <= m; j++)
        terms[j] = -0.5 * (distanceTo(j) * precisions[j] + d * (parameters[j] + Math.log(2 * Math.PI))) - (j < m ? Math.log(m) : 0);
      const logLikelihood = logSumExp(terms);
      total += logLikelihood;
      for (let j = 0; j <= m; j++)
        gradient[j] = gradient[j] - Math.exp(terms[j] - logLikelihood) * 0.5 * (distanceTo(j) * precisions[j] - d) / (n * d);
    }
    losses.push(-total / (n * d));
    step3(gradient);
    for (let j = 0; j < m; j++) parameters[j] = Math.min(40, Math.max(-40, parameters[j]));
    const latest = losses.slice(-5);
    if (epoch > 5 && latest.every((loss) => Math.abs(loss - losses[epoch]) < 5e-4)) break;
  }
  return { centres, logVariances: parameters.subarray(0, m), losses };
}
function mixtureLogLikelihood(mixture, x) {
  const terms = componentLogLikelihoods(mixture, x);
  const m = mixture.centres.rows;
  return Float64Array.from({ length: x.rows }, (_, i) => logSumExp(rowOf(terms, i)) - Math.log(m));
}
function componentLogLikelihoods({ centres, logVariances }, x) {
  const out2 = squaredDistances(x, centres);
  const m = centres.rows;
  const half2 = x.columns / 2;
  for (let at2 = 0; at2 < out2.data.length; at2++) {
    const width = logVariances[at2 % m];
    out2.data[at2] = -0.5 * out2.data[at2] * Math.exp(-width) - half2 * (width + Math.log(2 * Math.PI));
  }
  return out2;
}
function adam2(parameters) {
  const first2 = new Float64Array(parameters.length);
  const second = new Float64Array(parameters.length);
  let count3 = 0;
  return (gradient) => {
    count3++;
    for (let j = 0; j < parameters.length; j++) {
      const g = gradient[j];
      first2[j] = 0.9 * first2[j] + 0.1 * g;
      second[j] = 0.999 * second[j] + 1e-3 * g * g;
      const mean3 = first2[j] / (1 - 0.9 ** count3);
      const size3 = Math.sqrt(second[j] / (1 - 0.999 ** count3));
      parameters[j] = parameters[j] - rate * mean3 / (size3 + 1e-8);
    }
  };
}

// src/metrics/fld.ts
var jiralerspong2023 = {
  key: "jiralerspong2023feature",
  type: "inproceedings",
  authors: "Jiralerspong, Marco and Bose, Avishek Joey and Gemp, Ian and Qin, Chongli and Bachrach, Yoram and Gidel, Gauthier",
  title: "Feature Likelihood Divergence: Evaluating the Generalization of Generative Models Using Samples",
  venue: "Advances in Neural Information Processing Systems 36",
  year: 2023,
  url: "https://arxiv.org/abs/2302.04440"
};
function standardised(test, ...sets) {
  const means = columnMeans(test);
  const d = test.columns;
  const squares = new Float64Array(d);
  test.data.forEach((value, at2) => {
    squares[at2 % d] = squares[at2 % d] + (value - means[at2 % d]) ** 2;
  });
  const scales = squares.map((sum2) => sum2 > 0 ? Math.sqrt((test.rows - 1) / sum2) : 1);
  return sets.map(
    (set) => matrix(
      set.rows,
      d,
      set.data.map((value, at2) => (value - means[at2 % d]) * scales[at2 % d])
    )
  );
}
function nll(centres, fitted, x) {
  return -mean(mixtureLogLikelihood(fitMixture(centres, fitted), x)) / x.columns;
}
function baselineNll(train2, test, count3) {
  const split = Math.min(count3, Math.floor(train2.rows / 2));
  return nll(rowRange(train2, 0, split), rowRange(train2, split, train2.rows), test);
}
var fld = defineMetric({
  name: "fld",
  title: "Feature likelihood divergence (FLD)",
  summary: "How unlikely held-out examples are under a density built around the samples, against one built around real examples: fidelity, diversity and novelty in one number.",
  unit: "0.01 nats/dimension",
  direction: "lower",
  range: [-Infinity, Infinity],
  version: 1,
  citations: [jiralerspong2023],
  needs: {
    train: { kind: "matrix", what: "features of the training examples, one row each" },
    test: { kind: "matrix", what: "features of held-out examples, one row each", sameSizeAs: "train" },
    generated: { kind: "matrix", what: "features of generated examples, one row each", sameSizeAs: "train" }
  },
  options: z52.object({
    on: choice(["test", "train", "gap"]).default("test").describe("the features whose likelihood counts; gap: train less test")
  }),
  compute({ train: train2, test, generated }, { on }, { random }) {
    if (train2.rows < 2 || test.rows < 2)
      throw new GraftError("bad-data", {
        what: "fld",
        problem: `needs 2 training and 2 held-out items or more, got ${train2.rows} and ${test.rows}`
      });
    const [trainZ, testZ, generatedZ] = standardised(test, train2, test, generated);
    const mixture = fitMixture(generatedZ, trainZ);
    const score = (set) => -100 * mean(mixtureLogLikelihood(mixture, set)) / train2.columns;
    const gap = score(trainZ) - score(testZ);
    if (on === "gap") return { value: gap };
    const order = random.child("baseline").permutation(train2.rows);
    const baseline = 100 * baselineNll(selectRows(trainZ, order), testZ, generated.rows);
    return { value: score(on === "test" ? testZ : trainZ) - baseline, extras: { baseline, gap } };
  }
});

// src/metrics/inception-score.ts
import { z as z53 } from "zod";
var salimans2016 = {
  key: "salimans2016improved",
  type: "inproceedings",
  authors: "Salimans, Tim and Goodfellow, Ian and Zaremba, Wojciech and Cheung, Vicki and Radford, Alec and Chen, Xi",
  title: "Improved Techniques for Training GANs",
  venue: "Advances in Neural Information Processing Systems 29",
  year: 2016,
  url: "https://arxiv.org/abs/1606.03498"
};
var barratt2018 = {
  key: "barratt2018note",
  type: "misc",
  authors: "Barratt, Shane and Sharma, Rishi",
  title: "A Note on the Inception Score",
  venue: "arXiv:1801.01973",
  year: 2018,
  url: "https://arxiv.org/abs/1801.01973"
};
function inceptionScoreOf(probabilities) {
  const { rows, columns, data } = probabilities;
  const marginal = new Float64Array(columns);
  for (let at2 = 0; at2 < data.length; at2++)
    marginal[at2 % columns] = marginal[at2 % columns] + data[at2] / rows;
  let sum2 = 0;
  for (let at2 = 0; at2 < data.length; at2++)
    if (data[at2] > 0) sum2 += data[at2] * Math.log(data[at2] / marginal[at2 % columns]);
  return Math.exp(sum2 / rows);
}
var inceptionScore = defineMetric({
  name: "inception_score",
  title: "Inception score",
  summary: "How sure a classifier is about each sample and how evenly the samples cover its classes; from 1 to the number of classes.",
  unit: "classes",
  direction: "higher",
  range: [1, Infinity],
  version: 1,
  citations: [salimans2016, barratt2018],
  needs: {
    probabilities: {
      kind: "matrix",
      what: "a classifier's class probabilities of generated examples, [items, classes]"
    }
  },
  options: z53.object({
    splits: integer(1, 1).describe("consecutive parts that are scored apart and averaged"),
    remainder: choice(["spread", "drop"]).default("spread").describe("what becomes of samples where the parts do not divide them evenly")
  }),
  compute({ probabilities }, { splits, remainder }) {
    requireDistributions(probabilities, "inception_score", "probabilities");
    const n = probabilities.rows;
    if (splits > n)
      throw new GraftError("invalid-value", {
        what: "option 'splits'",
        received: splits,
        allowed: `at most the number of items, ${n}`,
        where: "inception_score"
      });
    const edge = (i) => remainder === "spread" ? Math.floor(i * n / splits) : i * Math.floor(n / splits);
    const scores = Array.from(
      { length: splits },
      (_, i) => inceptionScoreOf(rowRange(probabilities, edge(i), edge(i + 1)))
    );
    return { value: Math.max(1, mean(scores)), extras: { std: standardDeviation(scores, 0) } };
  }
});
function requireDistributions({ rows, columns, data }, metric, input2) {
  for (let i = 0; i < rows; i++) {
    let sum2 = 0;
    let smallest2 = 0;
    for (let j = 0; j < columns; j++) {
      sum2 += data[i * columns + j];
      smallest2 = Math.min(smallest2, data[i * columns + j]);
    }
    if (smallest2 < 0 || Math.abs(sum2 - 1) > 1e-3)
      throw new GraftError("bad-data", {
        what: `input '${input2}' of ${metric}`,
        problem: `row ${i} is no distribution (sum ${sum2}, smallest entry ${smallest2})`,
        hint: "Apply a softmax to logits first."
      });
  }
}

// src/metrics/kid.ts
import { z as z54 } from "zod";
var binkowski2018 = {
  key: "binkowski2018demystifying",
  type: "inproceedings",
  authors: "Bi\u0144kowski, Miko\u0142aj and Sutherland, Danica J. and Arbel, Michael and Gretton, Arthur",
  title: "Demystifying MMD GANs",
  venue: "International Conference on Learning Representations",
  year: 2018,
  url: "https://arxiv.org/abs/1801.01401"
};
function subsetEstimates(x, y, kernel2, subsets) {
  return Float64Array.from(
    subsets,
    ([ofX, ofY]) => squaredDiscrepancy(selectRows(x, ofX), selectRows(y, ofY), kernel2).unbiased
  );
}
var kid = defineMetric({
  name: "kid",
  title: "Kernel distance (KID)",
  summary: "How far the distribution of generated features is from that of real ones, by an unbiased kernel estimate; around 0 when they agree.",
  unit: "squared kernel units",
  direction: "lower",
  range: [-Infinity, Infinity],
  version: 1,
  citations: [binkowski2018],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z54.object({
    subsets: integer(0, 0).describe("pairs of random subsets to average over; 0: all pairs of items at once"),
    subset_size: integer(1e3, 2).describe("items in a subset"),
    degree: integer(3, 1).describe("degree of the polynomial kernel"),
    gamma: z54.number("a number above 0").positive("a number above 0").optional().describe("factor of the inner product; 1 / dimensions if not given"),
    coef0: z54.number("a number").default(1).describe("constant of the polynomial kernel")
  }),
  compute({ real, generated }, { subsets, subset_size, degree, gamma, coef0 }, { random }) {
    const kernel2 = polynomialKernel(gamma ?? 1 / real.columns, coef0, degree);
    if (subsets === 0) {
      const { unbiased, biased } = squaredDiscrepancy(real, generated, kernel2);
      return { value: unbiased, extras: { biased } };
    }
    const smallest2 = Math.min(real.rows, generated.rows);
    if (subset_size > smallest2)
      throw new GraftError("invalid-value", {
        what: "option 'subset_size'",
        received: subset_size,
        allowed: `at most the number of items, ${smallest2}`,
        where: "kid",
        hint: "subsets=0 uses all items at once."
      });
    const draws = Array.from({ length: subsets }, (_, i) => {
      const pick = (name, rows) => random.child(i).child(name).permutation(rows).subarray(0, subset_size);
      return [pick("real", real.rows), pick("generated", generated.rows)];
    });
    const values = subsetEstimates(real, generated, kernel2, draws);
    return { value: mean(values), extras: { std: standardDeviation(values, 0) } };
  }
});

// src/metrics/suffix-array.ts
function suffixArray(text2) {
  const n = text2.length;
  const order = new Int32Array(n);
  if (n === 0) return order;
  const next = new Int32Array(n);
  let rank = Int32Array.from(text2);
  let fresh = new Int32Array(n);
  let classes = 1 + rank.reduce((largest2, value) => Math.max(largest2, value), 0);
  for (let i = 0; i < n; i++) order[i] = i;
  sortByRank(order, rank, classes, next);
  classes = renumber(order, rank, fresh, 0);
  [rank, fresh] = [fresh, rank];
  for (let length = 1; classes < n; length *= 2) {
    let at2 = 0;
    for (let i = n - length; i < n; i++) next[at2++] = i;
    for (let i = 0; i < n; i++) if (order[i] >= length) next[at2++] = order[i] - length;
    order.set(next);
    sortByRank(order, rank, classes, next);
    classes = renumber(order, rank, fresh, length);
    [rank, fresh] = [fresh, rank];
  }
  return order;
}
function sortByRank(order, rank, classes, scratch) {
  const starts = new Int32Array(classes + 1);
  for (let i = 0; i < order.length; i++) starts[rank[i] + 1] = starts[rank[i] + 1] + 1;
  for (let c = 0; c < classes; c++) starts[c + 1] = starts[c + 1] + starts[c];
  for (let i = 0; i < order.length; i++) {
    const position = order[i];
    const slot = starts[rank[position]];
    starts[rank[position]] = slot + 1;
    scratch[slot] = position;
  }
  order.set(scratch);
}
function renumber(order, rank, fresh, length) {
  const n = order.length;
  const second = (position) => position + length < n ? rank[position + length] : -1;
  let classes = 0;
  for (let i = 0; i < n; i++) {
    const position = order[i];
    if (i > 0) {
      const previous = order[i - 1];
      if (rank[position] !== rank[previous] || length > 0 && second(position) !== second(previous))
        classes++;
    }
    fresh[position] = classes;
  }
  return classes + 1;
}

// src/metrics/copied-spans.ts
function longestCopiedSpans(train2, generated) {
  const corpus = indexCorpus(train2);
  return generated.map((sequence) => longestSpan(corpus, corpus.numbered(sequence)));
}
function indexCorpus(train2) {
  const ids = tokenNumbering();
  const numbered = (sequence) => ids(sequence).map((id) => id + 1);
  const starts = new Int32Array(train2.length);
  const text2 = new Int32Array(train2.reduce((sum2, sequence) => sum2 + sequence.length + 1, 0));
  let at2 = 0;
  train2.forEach((sequence, i) => {
    starts[i] = at2;
    text2.set(numbered(sequence), at2);
    at2 += sequence.length + 1;
  });
  return { text: text2, suffixes: suffixArray(text2), starts, numbered };
}
function longestSpan(corpus, ids) {
  let best = { length: 0, start: 0, trainItem: 0 };
  for (let start = 0; start < ids.length && ids.length - start >= Math.max(1, best.length); start++) {
    const length = longestPrefix(corpus, ids, start);
    if (length === 0 || length < best.length) continue;
    const trainItem = firstItem(corpus, ids, start, length);
    if (length > best.length) best = { length, start, trainItem };
    else if (trainItem < best.trainItem) best = { ...best, trainItem };
  }
  return best;
}
function longestPrefix(corpus, ids, start) {
  const place = lowerBound(corpus, ids, start, ids.length - start);
  let length = 0;
  for (const neighbour of [place - 1, place])
    if (neighbour >= 0 && neighbour < corpus.suffixes.length)
      length = Math.max(
        length,
        commonPrefix(corpus, corpus.suffixes[neighbour], ids, start, ids.length - start)
      );
  return length;
}
function firstItem(corpus, ids, start, length) {
  let earliest = Infinity;
  for (let i = lowerBound(corpus, ids, start, length); i < corpus.suffixes.length; i++) {
    const position = corpus.suffixes[i];
    if (commonPrefix(corpus, position, ids, start, length) < length) break;
    earliest = Math.min(earliest, position);
  }
  let low = 0;
  let high = corpus.starts.length;
  while (high - low > 1) {
    const middle = low + high >> 1;
    if (corpus.starts[middle] <= earliest) low = middle;
    else high = middle;
  }
  return low;
}
function lowerBound(corpus, ids, start, length) {
  let low = 0;
  let high = corpus.suffixes.length;
  while (low < high) {
    const middle = low + high >> 1;
    const position = corpus.suffixes[middle];
    const shared2 = commonPrefix(corpus, position, ids, start, length);
    const before = shared2 < length && (position + shared2 === corpus.text.length || corpus.text[position + shared2] < ids[start + shared2]);
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}
function commonPrefix(corpus, position, ids, start, limit) {
  const { text: text2 } = corpus;
  const end = Math.min(limit, text2.length - position);
  let length = 0;
  while (length < end && text2[position + length] === ids[start + length]) length++;
  return length;
}

// src/metrics/longest-copied-span.ts
var longestCopiedSpan = defineMetric({
  name: "longest_copied_span",
  title: "Longest copied span",
  summary: "How many tokens in a row samples take from a training text, on average; long runs mean memorisation.",
  unit: "tokens",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [carlini2021],
  needs: { train: trainSequences, generated: generatedSequences },
  options: noOptions,
  compute({ train: train2, generated }) {
    const spans = longestCopiedSpans(train2, generated);
    const lengths = Int32Array.from(spans, (span) => span.length);
    const shares = spans.map(({ length }, i) => length / Math.max(1, generated[i].length));
    return {
      value: mean(lengths),
      extras: {
        longest: lengths.reduce((a, b) => Math.max(a, b)),
        mean_share_of_sample: mean(shares)
      },
      perItem: {
        length: lengths,
        start: Int32Array.from(spans, (span) => span.start),
        train_item: Int32Array.from(spans, (span) => span.trainItem)
      }
    };
  }
});

// src/metrics/mauve.ts
import { z as z55 } from "zod";

// src/numeric/principal-components.ts
function principalComponents(x) {
  const means = columnMeans(x);
  const inner = centred(x, means);
  const wide = x.columns > x.rows;
  const { values, vectors } = symmetricEigen(wide ? outerGram(inner) : gram(inner));
  const n = values.length;
  const limit = Math.max(0, values[n - 1] ?? 0) * Number.EPSILON * n;
  const kept = Math.min(x.rows - 1, values.filter((value) => value > limit).length);
  const directions = matrix(kept, x.columns);
  for (let i = 0; i < kept; i++) {
    const vector = rowOf(vectors, n - 1 - i);
    if (!wide) {
      directions.data.set(vector, i * x.columns);
      continue;
    }
    const scale2 = 1 / Math.sqrt(values[n - 1 - i]);
    for (let r = 0; r < x.rows; r++)
      for (let j = 0; j < x.columns; j++)
        directions.data[i * x.columns + j] = directions.data[i * x.columns + j] + scale2 * vector[r] * inner.data[r * x.columns + j];
  }
  return {
    means,
    directions,
    variances: Float64Array.from({ length: kept }, (_, i) => values[n - 1 - i] / (x.rows - 1)),
    scores: multiplyTransposed(inner, directions)
  };
}

// src/metrics/mauve.ts
var pillutla2021 = {
  key: "pillutla2021mauve",
  type: "inproceedings",
  authors: "Pillutla, Krishna and Swayamdipta, Swabha and Zellers, Rowan and Thickstun, John and Welleck, Sean and Choi, Yejin and Harchaoui, Zaid",
  title: "MAUVE: Measuring the Gap Between Neural Text and Human Text using Divergence Frontiers",
  venue: "Advances in Neural Information Processing Systems 34",
  year: 2021,
  url: "https://arxiv.org/abs/2102.01454"
};
function klDivergence(p, q) {
  let sum2 = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum2 += p[i] * Math.log(p[i] / q[i]);
  return sum2;
}
function divergenceCurve(p, q, points, c) {
  const curve = [[1, 0]];
  for (let i = 0; i < points; i++) {
    const w = points === 1 ? 1e-6 : 1e-6 + (1 - 2e-6) * i / (points - 1);
    const r = Array.from(p, (value, bin) => w * value + (1 - w) * q[bin]);
    curve.push([Math.exp(-c * klDivergence(q, r)), Math.exp(-c * klDivergence(p, r))]);
  }
  curve.push([0, 1]);
  return curve;
}
function areaUnderCurve(curve) {
  const area = (along) => {
    const sorted = [...curve].sort((a, b) => a[along] - b[along]);
    let sum2 = 0;
    for (let i = 1; i < sorted.length; i++) {
      const [a, b] = [sorted[i - 1], sorted[i]];
      sum2 += (b[along] - a[along]) * (a[1 - along] + b[1 - along]) / 2;
    }
    return sum2;
  };
  return (area(0) + area(1)) / 2;
}
function mauveOf(p, q, points = 25, c = 5) {
  return areaUnderCurve(divergenceCurve(p, q, points, c));
}
function frontierIntegral(p, q) {
  let sum2 = 0;
  for (let i = 0; i < p.length; i++) {
    const [a, b] = [p[i], q[i]];
    if (a === 0 || b === 0) sum2 += (a + b) / 4;
    else if (Math.abs(a - b) > 1e-8) sum2 += (a + b) / 4 - a * b * Math.log(a / b) / (2 * (a - b));
  }
  return 2 * sum2;
}
function quantise(x, explained, cluster) {
  const unit = matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const row = rowOf(x, i);
    const norm = Math.sqrt(dot(row, row)) || 1;
    unit.data.set(
      row.map((value) => value / norm),
      i * x.columns
    );
  }
  const { scores, variances } = principalComponents(unit);
  const total = variances.reduce((sum2, variance) => sum2 + variance, 0);
  let dimensions = 0;
  let held = 0;
  while (dimensions < variances.length && held < explained * total) held += variances[dimensions++];
  if (dimensions === 0) return { labels: cluster(matrix(x.rows, 1)), dimensions: 0 };
  const points = matrix(x.rows, dimensions);
  for (let i = 0; i < x.rows; i++) points.data.set(rowOf(scores, i).subarray(0, dimensions), i * dimensions);
  return { labels: cluster(points), dimensions };
}
function histogram(labels, bins, added = 0) {
  const counts = new Float64Array(bins).fill(added);
  for (const label of labels) counts[label] = counts[label] + 1;
  return counts.map((count3) => count3 / (labels.length + added * bins));
}
var mauve = defineMetric({
  name: "mauve",
  title: "MAUVE",
  summary: "How close the distributions of generated and real texts are, from 0 to 1, by the features of their clusters.",
  unit: "score",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [pillutla2021],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z55.object({
    clusters: integer(0, 0).describe("clusters; 0: a tenth of the smaller set, at least 2"),
    explained: z55.number("a number above 0, up to 1").positive("a number above 0, up to 1").max(1, "a number above 0, up to 1").default(0.9).describe("share of the variance that is kept"),
    scale: positive2(5).describe("constant c of the divergence curve"),
    points: integer(25, 2).describe("points on the divergence curve"),
    smoothing: z55.number("a number from 0 on").min(0, "a number from 0 on").default(0).describe("added to the count of each cluster; 0.5 lowers the bias of small sets")
  }),
  compute({ real, generated }, { clusters, explained, scale: scale2, points, smoothing }, { random }) {
    const smallest2 = Math.min(real.rows, generated.rows);
    const bins = clusters === 0 ? Math.max(2, Math.round(smallest2 / 10)) : clusters;
    if (bins > smallest2)
      throw new GraftError("bad-data", {
        what: "mauve",
        problem: `${smallest2} items are too few for ${bins} clusters`
      });
    const { labels, dimensions } = quantise(
      concatenateRows([generated, real]),
      explained,
      (rows) => kMeansFromRandom(rows, bins, random.child("clusters")).labels
    );
    const p = histogram(labels.subarray(generated.rows), bins, smoothing);
    const q = histogram(labels.subarray(0, generated.rows), bins, smoothing);
    return {
      value: Math.min(1, mauveOf(p, q, points, scale2)),
      extras: { frontier_integral: frontierIntegral(p, q), clusters: bins, dimensions }
    };
  }
});

// src/metrics/ms-ssim.ts
import { z as z56 } from "zod";

// src/metrics/image-inputs.ts
var wang2004 = {
  key: "wang2004image",
  type: "article",
  authors: "Wang, Zhou and Bovik, Alan C. and Sheikh, Hamid R. and Simoncelli, Eero P.",
  title: "Image Quality Assessment: From Error Visibility to Structural Similarity",
  venue: "IEEE Transactions on Image Processing 13(4)",
  year: 2004
};
var imagePairs = {
  real: { kind: "images", what: "images" },
  reconstructed: {
    kind: "images",
    what: "their reconstructions, in the same order",
    sameSizeAs: "real",
    pairedWith: "real"
  }
};
var dataRange = positive2(1).describe(
  "largest possible pixel value minus the smallest: 1 for [0, 1], 255 for bytes"
);
function planeOf2(images, index, channel) {
  const { channels, height, width, data } = images;
  const area = height * width;
  const start = (index * channels + channel) * area;
  return { height, width, data: data.subarray(start, start + area) };
}
function requireRange(metric, range4, ...sets) {
  let smallest2 = Infinity;
  let largest2 = -Infinity;
  for (const { data } of sets)
    for (const value of data) {
      if (value < smallest2) smallest2 = value;
      if (value > largest2) largest2 = value;
    }
  if (largest2 - smallest2 > range4 * (1 + 1e-6))
    throw new GraftError("invalid-value", {
      what: "option 'data_range'",
      received: range4,
      allowed: `at least ${largest2 - smallest2}, the spread of the pixels given`,
      where: metric
    });
}
function perImage(real, reconstructed, f) {
  return Float64Array.from({ length: real.count }, (_, i) => {
    let sum2 = 0;
    for (let c = 0; c < real.channels; c++) sum2 += f(planeOf2(real, i, c), planeOf2(reconstructed, i, c));
    return sum2 / real.channels;
  });
}

// src/metrics/ssim-map.ts
function gaussianWindow(size3, sigma) {
  const centre = (size3 - 1) / 2;
  const weights = Float64Array.from(
    { length: size3 },
    (_, i) => Math.exp(-((i - centre) ** 2) / (2 * sigma * sigma))
  );
  const total = weights.reduce((sum2, weight) => sum2 + weight, 0);
  return weights.map((weight) => weight / total);
}
function structuralSimilarity(a, b, { dataRange: dataRange2, window: window2, unbiased = false }) {
  if (a.height < window2.length || a.width < window2.length)
    throw new GraftError("bad-data", {
      what: "image",
      problem: `${a.height} x ${a.width} pixels are fewer than the window's ${window2.length}`,
      hint: "Use a smaller window or larger images."
    });
  const filtered = (f) => filterValid({ ...a, data: a.data.map((value, i) => f(value, b.data[i])) }, window2);
  const meanA = filtered((x) => x);
  const meanB = filtered((_, y) => y);
  const squareA = filtered((x) => x * x);
  const squareB = filtered((_, y) => y * y);
  const product3 = filtered((x, y) => x * y);
  const pixels2 = window2.length ** 2;
  const norm = unbiased ? pixels2 / (pixels2 - 1) : 1;
  const c1 = (0.01 * dataRange2) ** 2;
  const c2 = (0.03 * dataRange2) ** 2;
  let ssim2 = 0;
  let contrastStructure = 0;
  for (let i = 0; i < meanA.length; i++) {
    const x = meanA[i];
    const y = meanB[i];
    const varianceA = norm * (squareA[i] - x * x);
    const varianceB = norm * (squareB[i] - y * y);
    const contrast = (2 * norm * (product3[i] - x * y) + c2) / (varianceA + varianceB + c2);
    contrastStructure += contrast;
    ssim2 += contrast * (2 * x * y + c1) / (x * x + y * y + c1);
  }
  return { ssim: ssim2 / meanA.length, contrastStructure: contrastStructure / meanA.length };
}
function filterValid({ height, width, data }, window2) {
  const size3 = window2.length;
  const outWidth = width - size3 + 1;
  const outHeight = height - size3 + 1;
  const across = new Float64Array(height * outWidth);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < outWidth; j++) {
      let sum2 = 0;
      for (let k = 0; k < size3; k++) sum2 += window2[k] * data[i * width + j + k];
      across[i * outWidth + j] = sum2;
    }
  const out2 = new Float64Array(outHeight * outWidth);
  for (let i = 0; i < outHeight; i++)
    for (let k = 0; k < size3; k++) {
      const weight = window2[k];
      for (let j = 0; j < outWidth; j++)
        out2[i * outWidth + j] = out2[i * outWidth + j] + weight * across[(i + k) * outWidth + j];
    }
  return out2;
}

// src/metrics/ms-ssim.ts
var wang2003 = {
  key: "wang2003multiscale",
  type: "inproceedings",
  authors: "Wang, Zhou and Simoncelli, Eero P. and Bovik, Alan C.",
  title: "Multiscale Structural Similarity for Image Quality Assessment",
  venue: "Asilomar Conference on Signals, Systems and Computers",
  year: 2003
};
var published = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
function multiScaleSimilarity(a, b, settings) {
  let result = 1;
  let [x, y] = [a, b];
  settings.weights.forEach((weight, scale2) => {
    const { ssim: ssim2, contrastStructure } = structuralSimilarity(x, y, settings);
    const last = scale2 === settings.weights.length - 1;
    result *= Math.max(0, last ? ssim2 : contrastStructure) ** weight;
    if (!last) [x, y] = [halved(x), halved(y)];
  });
  return result;
}
function halved({ height, width, data }) {
  const pad4 = height % 2 === 1 || width % 2 === 1 ? 1 : 0;
  const rows = height + pad4 >> 1;
  const columns = width + pad4 >> 1;
  const at2 = (i, j) => data[Math.max(0, i - pad4) * width + Math.max(0, j - pad4)];
  const out2 = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      out2[i * columns + j] = (at2(2 * i, 2 * j) + at2(2 * i, 2 * j + 1) + at2(2 * i + 1, 2 * j) + at2(2 * i + 1, 2 * j + 1)) / 4;
  return { height: rows, width: columns, data: out2 };
}
var msSsim = defineMetric({
  name: "ms_ssim",
  title: "Multi-scale structural similarity (MS-SSIM)",
  summary: "How alike images and their reconstructions are over several scales; 1 when identical.",
  unit: "similarity",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [wang2003],
  needs: imagePairs,
  options: z56.object({
    data_range: dataRange,
    weights: z56.array(z56.number().positive(), "a list of numbers above 0, one for each scale").min(1, "a list of numbers above 0, one for each scale").default(published).describe("exponents of the scales, the finest first")
  }),
  compute({ real, reconstructed }, { data_range, weights }) {
    requireRange("ms_ssim", data_range, real, reconstructed);
    const window2 = gaussianWindow(11, 1.5);
    const smallest2 = window2.length * 2 ** (weights.length - 1);
    if (Math.min(real.height, real.width) < smallest2 - 2 ** (weights.length - 1) + 1)
      throw new GraftError("bad-data", {
        what: "input 'real' of ms_ssim",
        problem: `${real.height} x ${real.width} pixels are too few for ${weights.length} scales`,
        hint: "Give fewer weights, or use ssim."
      });
    const settings = { dataRange: data_range, weights, window: window2 };
    const values = perImage(real, reconstructed, (a, b) => multiScaleSimilarity(a, b, settings));
    return { value: mean(values), perItem: { ms_ssim: values } };
  }
});

// src/metrics/ngram-diversity.ts
var su2022 = {
  key: "su2022contrastive",
  type: "inproceedings",
  authors: "Su, Yixuan and Lan, Tian and Wang, Yan and Yogatama, Dani and Kong, Lingpeng and Collier, Nigel",
  title: "A Contrastive Framework for Neural Text Generation",
  venue: "Advances in Neural Information Processing Systems 35",
  year: 2022,
  url: "https://arxiv.org/abs/2202.06417"
};
var ngramDiversity = defineMetric({
  name: "ngram_diversity",
  title: "n-gram diversity",
  summary: "How little samples repeat themselves in runs of 2, 3 and 4 tokens; 1 means not at all.",
  unit: "share",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [su2022],
  needs: { generated: generatedSequences },
  options: noOptions,
  compute({ generated }) {
    const diversity = new Float64Array(generated.length).fill(1);
    for (const n of [2, 3, 4])
      repetition(countNgrams(generated, n)).forEach((share2, i) => {
        diversity[i] = diversity[i] * (1 - share2);
      });
    return { value: mean(diversity), perItem: { diversity } };
  }
});

// src/metrics/ngram-entropy.ts
import { z as z57 } from "zod";
var zhang2018 = {
  key: "zhang2018generating",
  type: "inproceedings",
  authors: "Zhang, Yizhe and Galley, Michel and Gao, Jianfeng and Gan, Zhe and Li, Xiujun and Brockett, Chris and Dolan, Bill",
  title: "Generating Informative and Diverse Conversational Responses via Adversarial Information Maximization",
  venue: "Advances in Neural Information Processing Systems 31",
  year: 2018,
  url: "https://arxiv.org/abs/1809.05972"
};
var ngramEntropy = defineMetric({
  name: "ngram_entropy",
  title: "n-gram entropy",
  summary: "How evenly the generated n-grams are spread; higher means more diverse.",
  unit: "nats",
  direction: "higher",
  range: [0, Infinity],
  version: 1,
  citations: [zhang2018],
  needs: { generated: generatedSequences },
  options: z57.object({ n: integer(2, 1).describe("tokens in an n-gram") }),
  compute({ generated }, { n }) {
    const { corpus, corpusTotal } = countNgrams(generated, n);
    requireNgrams("ngram_entropy", corpusTotal, n);
    let entropy = 0;
    for (const count3 of [...corpus.values()].sort((a, b) => a - b)) {
      const p = count3 / corpusTotal;
      entropy -= p * Math.log(p);
    }
    return { value: Math.max(0, entropy), extras: { distinct: corpus.size } };
  }
});

// src/metrics/ngram-novelty.ts
import { z as z58 } from "zod";
var mccoy2023 = {
  key: "mccoy2023much",
  type: "article",
  authors: "McCoy, R. Thomas and Smolensky, Paul and Linzen, Tal and Gao, Jianfeng and Celikyilmaz, Asli",
  title: "How Much Do Language Models Copy From Their Training Data? Evaluating Linguistic Novelty in Text Generation Using RAVEN",
  venue: "Transactions of the Association for Computational Linguistics 11",
  year: 2023,
  url: "https://arxiv.org/abs/2111.09509"
};
function countNovel(train2, generated, n) {
  const numbered = tokenNumbering();
  const known2 = /* @__PURE__ */ new Set();
  for (const sequence of train2) for (const gram2 of ngrams(numbered(sequence), n)) known2.add(gram2);
  const total = new Int32Array(generated.length);
  const novel2 = new Int32Array(generated.length);
  const copiedTokens = new Int32Array(generated.length);
  generated.forEach((sequence, i) => {
    const grams = ngrams(numbered(sequence), n);
    let covered = 0;
    let coveredTo = 0;
    grams.forEach((gram2, start) => {
      if (!known2.has(gram2)) {
        novel2[i] = novel2[i] + 1;
        return;
      }
      covered += start + n - Math.max(start, coveredTo);
      coveredTo = start + n;
    });
    total[i] = grams.length;
    copiedTokens[i] = covered;
  });
  return { total, novel: novel2, copiedTokens };
}
var ngramNovelty = defineMetric({
  name: "ngram_novelty",
  title: "n-gram novelty",
  summary: "Share of generated n-grams that never occur in the training text; low values mean copying.",
  unit: "share",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [mccoy2023],
  needs: { train: trainSequences, generated: generatedSequences },
  options: z58.object({ n: integer(4, 1).describe("tokens in an n-gram") }),
  compute({ train: train2, generated }, { n }) {
    const { total, novel: novel2, copiedTokens } = countNovel(train2, generated, n);
    const all = total.reduce((sum2, count3) => sum2 + count3, 0);
    requireNgrams("ngram_novelty", all, n);
    return {
      value: novel2.reduce((sum2, count3) => sum2 + count3, 0) / all,
      extras: { ngrams: all },
      perItem: {
        novelty: Float64Array.from(total, (count3, i) => count3 === 0 ? 0 : novel2[i] / count3),
        copied_tokens: copiedTokens
      }
    };
  }
});

// src/metrics/nll.ts
import { z as z59 } from "zod";
var nll2 = defineMetric({
  name: "nll",
  title: "Negative log-likelihood",
  summary: "How surprised the model is by held-out examples; exact, or an upper bound by k importance samples.",
  unit: "nats/item",
  direction: "lower",
  range: [-Infinity, Infinity],
  version: 1,
  citations: [burda2016],
  needs: likelihoodNeeds,
  options: z59.object(likelihoodOptions),
  compute: (inputs, { k }) => negativeLogLikelihood("nll", inputs, k)
});

// src/metrics/parzen.ts
import { z as z60 } from "zod";
var goodfellow2014 = {
  key: "goodfellow2014generative",
  type: "inproceedings",
  authors: "Goodfellow, Ian and Pouget-Abadie, Jean and Mirza, Mehdi and others",
  title: "Generative Adversarial Nets",
  venue: "Advances in Neural Information Processing Systems 27",
  year: 2014,
  url: "https://arxiv.org/abs/1406.2661"
};
var candidates2 = Array.from({ length: 10 }, (_, i) => 10 ** (-1 + i / 9));
function parzenLogLikelihood(samples, x, sigma) {
  const result = new Float64Array(x.rows);
  const constant4 = Math.log(samples.rows) + x.columns * Math.log(sigma * Math.sqrt(2 * Math.PI));
  const scale2 = -1 / (2 * sigma * sigma);
  forEachDistanceBlock(x, samples, (first2, count3, block2) => {
    for (let at2 = 0; at2 < block2.length; at2++) block2[at2] = block2[at2] * scale2;
    for (let r = 0; r < count3; r++)
      result[first2 + r] = logSumExp(block2.subarray(r * samples.rows, (r + 1) * samples.rows)) - constant4;
  });
  return result;
}
var parzen = defineMetric({
  name: "parzen",
  title: "Parzen-window log-likelihood",
  summary: "Log-likelihood of held-out examples under a smooth density around the samples; a historical measure that can mislead.",
  unit: "nats/item",
  direction: "higher",
  range: [-Infinity, Infinity],
  version: 1,
  citations: [goodfellow2014],
  needs: {
    test: { kind: "matrix", what: "held-out items, one row each" },
    generated: { kind: "matrix", what: "generated items, one row each", sameSizeAs: "test" },
    validation: {
      kind: "matrix",
      what: "items on which the width is chosen",
      sameSizeAs: "test",
      optional: true
    }
  },
  options: z60.object({
    sigma: z60.number("a number above 0").positive("a number above 0").optional().describe("width of the Gaussians; chosen on validation items if not given")
  }),
  compute({ test, generated, validation }, { sigma }) {
    if (sigma === void 0 === (validation === void 0))
      throw new GraftError("bad-data", {
        what: "parzen",
        problem: `exactly one of the option 'sigma' and the input 'validation' is needed, got ${sigma === void 0 ? "neither" : "both"}`
      });
    const width = sigma ?? bestWidth(generated, validation, candidates2);
    const logLikelihood = parzenLogLikelihood(generated, test, width);
    return {
      value: mean(logLikelihood),
      standardError: standardDeviation(logLikelihood, 0) / Math.sqrt(test.rows),
      extras: { sigma: width },
      perItem: { log_likelihood: logLikelihood }
    };
  }
});
function bestWidth(samples, validation, widths) {
  const means = widths.map((width) => mean(parzenLogLikelihood(samples, validation, width)));
  return widths[means.indexOf(Math.max(...means))];
}

// src/metrics/perplexity.ts
var perplexity = defineMetric({
  name: "perplexity",
  title: "Perplexity",
  summary: "Among how many equally likely tokens the model hesitates on average; depends on the tokenizer.",
  unit: "tokens",
  direction: "lower",
  range: [1, Infinity],
  version: 1,
  citations: [jelinek1977],
  needs: {
    tokenLogProbs,
    document: {
      kind: "labels",
      what: "number of the document of each token",
      optional: true,
      pairedWith: "tokenLogProbs"
    }
  },
  options: noOptions,
  compute({ tokenLogProbs: tokenLogProbs2, document }) {
    const meanNll = -totalLogProbability("perplexity", tokenLogProbs2) / tokenLogProbs2.length;
    const extras = {
      nats_per_token: meanNll,
      bits_per_token: meanNll / Math.LN2,
      tokens: tokenLogProbs2.length
    };
    if (document === void 0) return { value: Math.exp(meanNll), extras };
    const perDocument = documentPerplexities(tokenLogProbs2, document);
    return {
      value: Math.exp(meanNll),
      extras: { ...extras, mean_of_document_perplexities: mean(perDocument) },
      perItem: { document_perplexity: perDocument }
    };
  }
});
function documentPerplexities(logProbs, document) {
  const count3 = document.reduce((largest2, d) => Math.max(largest2, d), -1) + 1;
  const sums2 = new Float64Array(count3);
  const tokens = new Float64Array(count3);
  document.forEach((d, i) => {
    sums2[d] = sums2[d] + logProbs[i];
    tokens[d] = tokens[d] + 1;
  });
  if (document.some((d) => d < 0) || tokens.some((n) => n === 0))
    throw new GraftError("bad-data", {
      what: "input 'document' of perplexity",
      problem: "documents must be numbered from 0 without gaps"
    });
  return sums2.map((sum2, d) => Math.exp(-sum2 / tokens[d]));
}

// src/metrics/precision.ts
import { z as z61 } from "zod";
var precision = defineMetric({
  name: "precision",
  title: "Precision",
  summary: "Share of generated examples that lie where real examples are: fidelity.",
  unit: "share",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [kynkaanniemi2019],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z61.object(ballOptions),
  compute: (inputs, options22, context) => ({ value: sharedPrdc(inputs, options22, context).precision })
});

// src/metrics/psnr.ts
import { z as z62 } from "zod";
var hore2010 = {
  key: "hore2010image",
  type: "inproceedings",
  authors: "Hor\xE9, Alain and Ziou, Djemel",
  title: "Image Quality Metrics: PSNR vs. SSIM",
  venue: "International Conference on Pattern Recognition",
  year: 2010
};
function peakSignalToNoise(mse, range4) {
  return -10 * Math.log10(mse / (range4 * range4) + 1e-8);
}
var psnr = defineMetric({
  name: "psnr",
  title: "Peak signal-to-noise ratio (PSNR)",
  summary: "How small the squared error of reconstructed images is against the range of their pixels; 80 when identical.",
  unit: "dB",
  direction: "higher",
  range: [-Infinity, 80],
  version: 1,
  citations: [hore2010],
  needs: imagePairs,
  options: z62.object({ data_range: dataRange }),
  compute({ real, reconstructed }, { data_range }) {
    requireRange("psnr", data_range, real, reconstructed);
    const size3 = real.data.length / real.count;
    const values = Float64Array.from({ length: real.count }, (_, i) => {
      const of = (data) => data.subarray(i * size3, (i + 1) * size3);
      return peakSignalToNoise(squaredDistance(of(real.data), of(reconstructed.data)) / size3, data_range);
    });
    return { value: mean(values), perItem: { psnr: values } };
  }
});

// src/metrics/recall.ts
import { z as z63 } from "zod";
var recall = defineMetric({
  name: "recall",
  title: "Recall",
  summary: "Share of real examples that lie where generated examples are: diversity.",
  unit: "share",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [kynkaanniemi2019],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z63.object(ballOptions),
  compute: (inputs, options22, context) => ({ value: sharedPrdc(inputs, options22, context).recall })
});

// src/metrics/recognised.ts
import { z as z64 } from "zod";
function recognisedShare(probabilities, threshold) {
  let count3 = 0;
  for (let i = 0; i < probabilities.rows; i++)
    if (rowOf(probabilities, i).some((p) => p >= threshold)) count3++;
  return count3 / probabilities.rows;
}
var thresholdRule = "a probability above 0, at most 1";
var recognised = defineMetric({
  name: "recognised",
  title: "Recognised share",
  summary: "Share of samples that a classifier of real examples recognises as one of its classes.",
  unit: "share of samples",
  direction: "higher",
  range: [0, 1],
  version: 1,
  citations: [],
  needs: {
    probabilities: {
      kind: "matrix",
      what: "a classifier's class probabilities of generated examples, [items, classes]"
    },
    real: {
      kind: "matrix",
      what: "its class probabilities of real held-out examples, [items, classes]",
      optional: true,
      sameSizeAs: "probabilities"
    }
  },
  options: z64.object({
    threshold: z64.number(thresholdRule).gt(0, thresholdRule).max(1, thresholdRule).default(0.5).describe("probability of the most probable class from which on a sample counts")
  }),
  compute({ probabilities, real }, { threshold }) {
    requireDistributions(probabilities, "recognised", "probabilities");
    const value = recognisedShare(probabilities, threshold);
    const standardError2 = Math.sqrt(value * (1 - value) / probabilities.rows);
    if (real === void 0) return { value, standardError: standardError2 };
    requireDistributions(real, "recognised", "real");
    const realShare = recognisedShare(real, threshold);
    return { value, standardError: standardError2, extras: { real: realShare, gap: realShare - value } };
  }
});

// src/metrics/reconstruction-mse.ts
var reconstructionMse = defineMetric({
  name: "reconstruction_mse",
  title: "Reconstruction error (MSE)",
  summary: "Mean squared difference between held-out examples and what the model reconstructs from their codes.",
  unit: "squared data units",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [],
  needs: {
    real: { kind: "matrix", what: "held-out items, flattened, one row each" },
    reconstructed: {
      kind: "matrix",
      what: "their reconstructions, in the same order",
      sameSizeAs: "real",
      pairedWith: "real"
    }
  },
  options: noOptions,
  compute({ real, reconstructed }) {
    const mse = Float64Array.from(
      { length: real.rows },
      (_, i) => squaredDistance(rowOf(real, i), rowOf(reconstructed, i)) / real.columns
    );
    return { value: mean(mse), perItem: { mse } };
  }
});

// src/metrics/repeated-tokens.ts
import { z as z66 } from "zod";

// src/metrics/repetition-n.ts
import { z as z65 } from "zod";
var welleck2020 = {
  key: "welleck2020neural",
  type: "inproceedings",
  authors: "Welleck, Sean and Kulikov, Ilia and Roller, Stephen and Dinan, Emily and Cho, Kyunghyun and Weston, Jason",
  title: "Neural Text Generation with Unlikelihood Training",
  venue: "International Conference on Learning Representations",
  year: 2020,
  url: "https://arxiv.org/abs/1908.04319"
};
var repetitionN = defineMetric({
  name: "repetition_n",
  title: "Repeated n-grams",
  summary: "Share of n-grams that a sample has used before within itself; high values mean loops.",
  unit: "share",
  direction: "lower",
  range: [0, 1],
  version: 1,
  citations: [welleck2020],
  needs: { generated: generatedSequences },
  options: z65.object({ n: integer(4, 1).describe("tokens in an n-gram") }),
  compute({ generated }, { n }) {
    const counts = countNgrams(generated, n);
    requireNgrams("repetition_n", counts.corpusTotal, n);
    const shares = repetition(counts);
    return { value: mean(shares), perItem: { repetition: shares } };
  }
});

// src/metrics/repeated-tokens.ts
function repeatedShare(sequence, window2) {
  if (sequence.length < 2) return 0;
  let repeated = 0;
  for (let i = 1; i < sequence.length; i++)
    if (sequence.slice(Math.max(0, i - window2), i).includes(sequence[i])) repeated++;
  return repeated / (sequence.length - 1);
}
var repeatedTokens = defineMetric({
  name: "repeated_tokens",
  title: "Repeated tokens",
  summary: "Share of tokens that a sample has used a short while before.",
  unit: "share",
  direction: "lower",
  range: [0, 1],
  version: 1,
  citations: [welleck2020],
  needs: { generated: generatedSequences },
  options: z66.object({ window: integer(16, 1).describe("how many tokens to look back") }),
  compute({ generated }, { window: window2 }) {
    const shares = Float64Array.from(generated, (sequence) => repeatedShare(sequence, window2));
    return { value: mean(shares), perItem: { repeated: shares } };
  }
});

// src/metrics/self-bleu.ts
import { z as z67 } from "zod";

// src/metrics/bleu.ts
var papineni2002 = {
  key: "papineni2002bleu",
  type: "inproceedings",
  authors: "Papineni, Kishore and Roukos, Salim and Ward, Todd and Zhu, Wei-Jing",
  title: "BLEU: a Method for Automatic Evaluation of Machine Translation",
  venue: "Proceedings of the 40th Annual Meeting of the Association for Computational Linguistics",
  year: 2002
};
function bleuOf(counts, floor) {
  const { matched, total, length, referenceLength } = counts;
  if (matched[0] === 0) return 0;
  let sum2 = 0;
  matched.forEach((count3, i) => {
    const all = Math.max(1, total[i]);
    sum2 += Math.log(count3 > 0 ? count3 / all : floor > 0 ? floor / all : smallest) / matched.length;
  });
  const penalty = length > referenceLength ? 1 : Math.exp(1 - referenceLength / length);
  return penalty * Math.exp(sum2);
}
var smallest = 2 ** -1022;
function tally(grams) {
  const counts = /* @__PURE__ */ new Map();
  for (const gram2 of grams) counts.set(gram2, (counts.get(gram2) ?? 0) + 1);
  return counts;
}
function closestLength(length, others) {
  let best = others[0] ?? 0;
  for (const other of others) {
    const gap = Math.abs(other - length) - Math.abs(best - length);
    if (gap < 0 || gap === 0 && other < best) best = other;
  }
  return best;
}

// src/metrics/self-bleu.ts
var zhu2018 = {
  key: "zhu2018texygen",
  type: "inproceedings",
  authors: "Zhu, Yaoming and Lu, Sidi and Zheng, Lei and Guo, Jiaxian and Zhang, Weinan and Wang, Jun and Yu, Yong",
  title: "Texygen: A Benchmarking Platform for Text Generation Models",
  venue: "ACM SIGIR Conference on Research and Development in Information Retrieval",
  year: 2018,
  url: "https://arxiv.org/abs/1802.01886"
};
function selfBleuScores(sequences, order, floor) {
  const numbered = tokenNumbering();
  const ids = sequences.map(numbered);
  const lengths = ids.map((sequence) => sequence.length);
  const matched = ids.map(() => []);
  for (let n = 1; n <= order; n++) {
    const tallies = ids.map((sequence) => tally(ngrams(sequence, n)));
    const largest2 = /* @__PURE__ */ new Map();
    tallies.forEach((counts, i) => {
      for (const [gram2, count3] of counts) {
        const entry = largest2.get(gram2);
        if (entry === void 0) largest2.set(gram2, { count: count3, holder: i, second: 0 });
        else if (count3 > entry.count) largest2.set(gram2, { count: count3, holder: i, second: entry.count });
        else entry.second = Math.max(entry.second, count3);
      }
    });
    tallies.forEach((counts, i) => {
      let hits = 0;
      for (const [gram2, count3] of counts) {
        const entry = largest2.get(gram2);
        hits += Math.min(count3, entry.holder === i ? entry.second : entry.count);
      }
      matched[i].push(hits);
    });
  }
  return Float64Array.from(ids, (_, i) => {
    const length = lengths[i];
    const others = lengths.filter((_2, j) => j !== i);
    return bleuOf(
      {
        matched: matched[i],
        total: Array.from({ length: order }, (_2, n) => Math.max(0, length - n)),
        length,
        referenceLength: closestLength(length, others)
      },
      floor
    );
  });
}
var selfBleu = defineMetric({
  name: "self_bleu",
  title: "Self-BLEU",
  summary: "How much of each sample can be pieced together from the others; high values mean little diversity.",
  unit: "score",
  direction: "lower",
  range: [0, 1],
  version: 1,
  citations: [zhu2018, papineni2002],
  needs: { generated: generatedSequences },
  options: z67.object({ n: integer(4, 1).describe("longest n-grams that count") }),
  compute({ generated }, { n }) {
    if (generated.length < 2)
      throw new GraftError("bad-data", {
        what: "input 'generated' of self_bleu",
        problem: "2 sequences or more are needed"
      });
    const scores = selfBleuScores(generated, n, 0.1);
    return { value: Math.min(1, mean(scores)), perItem: { bleu: scores } };
  }
});

// src/metrics/sliced-wasserstein.ts
import { z as z68 } from "zod";
var bonneel2015 = {
  key: "bonneel2015sliced",
  type: "article",
  authors: "Bonneel, Nicolas and Rabin, Julien and Peyr\xE9, Gabriel and Pfister, Hanspeter",
  title: "Sliced and Radon Wasserstein Barycenters of Measures",
  venue: "Journal of Mathematical Imaging and Vision 51",
  year: 2015
};
var nadjahi2021 = {
  key: "nadjahi2021fast",
  type: "inproceedings",
  authors: "Nadjahi, Kimia and Durmus, Alain and Jacob, Pierre E. and Badeau, Roland and \u015Eim\u015Fekli, Umut",
  title: "Fast Approximation of the Sliced-Wasserstein Distance Using Concentration of Random Projections",
  venue: "Advances in Neural Information Processing Systems 34",
  year: 2021,
  url: "https://arxiv.org/abs/2106.15427"
};
function lineTransport(x, y, p) {
  const m = x.length;
  const n = y.length;
  let sum2 = 0;
  let position = 0;
  for (let i = 0, j = 0; i < m && j < n; ) {
    const end = Math.min((i + 1) * n, (j + 1) * m);
    const gap = Math.abs(x[i] - y[j]);
    sum2 += (end - position) * (p === 1 ? gap : gap * gap);
    position = end;
    if (end === (i + 1) * n) i++;
    if (end === (j + 1) * m) j++;
  }
  return sum2 / (m * n);
}
function slicedDistance(x, y, directions, p) {
  const ofX = multiplyTransposed(directions, x);
  const ofY = multiplyTransposed(directions, y);
  const costs = Array.from(
    { length: directions.rows },
    (_, i) => lineTransport(rowOf(ofX, i).sort(), rowOf(ofY, i).sort(), p)
  );
  return p === 1 ? mean(costs) : Math.sqrt(mean(costs));
}
function slicedApproximation(x, y) {
  const [meanX, meanY] = [columnMeans(x), columnMeans(y)];
  const spread2 = (a, centre) => {
    const c = centred(a, centre);
    return Math.sqrt(dot(c.data, c.data) / (a.rows * a.columns));
  };
  const gap = spread2(x, meanX) - spread2(y, meanY);
  return Math.sqrt(squaredDistance(meanX, meanY) / x.columns + gap * gap);
}
var slicedWasserstein = defineMetric({
  name: "sliced_wasserstein",
  title: "Sliced Wasserstein distance",
  summary: "How far generated features must be moved to become the real ones, seen along random directions; 0 when both sets are alike.",
  unit: "feature units",
  direction: "lower",
  range: [0, Infinity],
  version: 1,
  citations: [bonneel2015, nadjahi2021],
  needs: { real: realFeatures, generated: generatedFeatures },
  options: z68.object({
    directions: integer(256, 1).describe("random directions to project on"),
    p: z68.union([z68.literal(1), z68.literal(2)], "1 or 2").default(2).describe("order of the distance")
  }),
  compute({ real, generated }, { directions, p }, { random }) {
    const draws = matrix(
      directions,
      real.columns,
      random.child("directions").normals(directions * real.columns)
    );
    for (let i = 0; i < directions; i++) {
      const direction = rowOf(draws, i);
      const norm = Math.sqrt(dot(direction, direction));
      direction.forEach((value, j) => {
        direction[j] = value / norm;
      });
    }
    return {
      value: slicedDistance(real, generated, draws, p),
      extras: { approximation: slicedApproximation(real, generated) }
    };
  }
});

// src/metrics/ssim.ts
import { z as z69 } from "zod";
var ssim = defineMetric({
  name: "ssim",
  title: "Structural similarity (SSIM)",
  summary: "How alike images and their reconstructions are in local brightness, contrast and structure; 1 when identical.",
  unit: "similarity",
  direction: "higher",
  range: [-1, 1],
  version: 1,
  citations: [wang2004],
  needs: imagePairs,
  options: z69.object({
    data_range: dataRange,
    window: z69.int("an odd integer from 3 on").min(3, "an odd integer from 3 on").refine((size3) => size3 % 2 === 1, "an odd integer from 3 on").default(11).describe("pixels along a side of the window")
  }),
  compute({ real, reconstructed }, { data_range, window: window2 }) {
    requireRange("ssim", data_range, real, reconstructed);
    const settings = { dataRange: data_range, window: gaussianWindow(window2, 1.5) };
    const values = perImage(real, reconstructed, (a, b) => structuralSimilarity(a, b, settings).ssim);
    return { value: mean(values), perItem: { ssim: values } };
  }
});

// src/metrics/vendi.ts
import { z as z70 } from "zod";
var friedman2023 = {
  key: "friedman2023vendi",
  type: "article",
  authors: "Friedman, Dan and Dieng, Adji Bousso",
  title: "The Vendi Score: A Diversity Evaluation Metric for Machine Learning",
  venue: "Transactions on Machine Learning Research",
  year: 2023,
  url: "https://arxiv.org/abs/2210.02410"
};
function effectiveNumber(eigenvalues, q) {
  const p = Array.from(eigenvalues).filter((value) => value > 0);
  if (q === Infinity) return 1 / Math.max(...p);
  if (q === 1) return Math.exp(-p.reduce((sum2, value) => sum2 + value * Math.log(value), 0));
  return p.reduce((sum2, value) => sum2 + value ** q, 0) ** (1 / (1 - q));
}
var vendi = defineMetric({
  name: "vendi",
  title: "Vendi score",
  summary: "How many completely different examples would be as diverse as the samples; from 1 to the number of samples.",
  unit: "effective items",
  direction: "higher",
  range: [1, Infinity],
  version: 1,
  citations: [friedman2023],
  needs: { generated: { kind: "matrix", what: "features of generated examples, one row each" } },
  options: z70.object({
    q: z70.union([z70.number().positive(), z70.literal("infinity")], "a number above 0 or 'infinity'").default(1).describe("order: small values weigh rare kinds more")
  }),
  compute({ generated }, { q }) {
    const unit = unitRows(generated);
    const kernel2 = unit.rows <= unit.columns ? outerGram(unit) : gram(unit);
    const eigenvalues = symmetricEigenvalues(
      matrix(
        kernel2.rows,
        kernel2.rows,
        kernel2.data.map((value) => value / unit.rows)
      )
    );
    const sums2 = new Float64Array(unit.columns);
    unit.data.forEach((value, at2) => {
      sums2[at2 % unit.columns] = sums2[at2 % unit.columns] + value / unit.rows;
    });
    return {
      value: Math.max(1, effectiveNumber(eigenvalues, q === "infinity" ? Infinity : q)),
      // The mean of the kernel is the squared length of the mean unit row.
      extras: { internal_diversity: 1 - dot(sums2, sums2) }
    };
  }
});
function unitRows(x) {
  const out2 = matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const row = rowOf(x, i);
    const largest2 = row.reduce((size3, value) => Math.max(size3, Math.abs(value)), 0);
    if (largest2 === 0)
      throw new GraftError("bad-data", {
        what: "input 'generated' of vendi",
        problem: `row ${i} is zero and has no cosine similarity`
      });
    const scaled2 = row.map((value) => value / largest2);
    const norm = Math.sqrt(dot(scaled2, scaled2));
    out2.data.set(
      scaled2.map((value) => value / norm),
      i * x.columns
    );
  }
  return out2;
}

// src/metrics/word-perplexity.ts
var wordPerplexity = defineMetric({
  name: "word_perplexity",
  title: "Word perplexity",
  summary: "Among how many equally likely words the model hesitates on average, whatever its tokenizer.",
  unit: "words",
  direction: "lower",
  range: [1, Infinity],
  version: 1,
  citations: [jelinek1977],
  needs: { tokenLogProbs, words: { kind: "values", what: "words of each document" } },
  options: noOptions,
  compute({ tokenLogProbs: tokenLogProbs2, words: words2 }) {
    const total = totalCount("word_perplexity", "words", words2);
    return {
      value: Math.exp(-totalLogProbability("word_perplexity", tokenLogProbs2) / total),
      extras: { words: total }
    };
  }
});

// src/metrics/index.ts
var metrics = {
  nll: nll2,
  bits_per_dim: bitsPerDim,
  perplexity,
  bits_per_byte: bitsPerByte,
  bits_per_character: bitsPerCharacter,
  bits_per_token: bitsPerToken,
  word_perplexity: wordPerplexity,
  reconstruction_mse: reconstructionMse,
  ssim,
  ms_ssim: msSsim,
  psnr,
  fid,
  kid,
  cmmd,
  sliced_wasserstein: slicedWasserstein,
  inception_score: inceptionScore,
  recognised,
  precision,
  recall,
  density,
  coverage,
  alpha_precision: alphaPrecision,
  beta_recall: betaRecall,
  vendi,
  mauve,
  parzen,
  fld,
  authpct,
  ct_test: ctTest,
  distinct_n: distinctN,
  repetition_n: repetitionN,
  repeated_tokens: repeatedTokens,
  ngram_diversity: ngramDiversity,
  ngram_entropy: ngramEntropy,
  self_bleu: selfBleu,
  longest_copied_span: longestCopiedSpan,
  ngram_novelty: ngramNovelty
};

// src/models/run-model.ts
async function mapExamples(model, weights, table2, build, stream2, options22) {
  const batches = evaluationBatches(table2.count, options22.batchSize);
  const size3 = batches[0].indices.length;
  const context = createContext(model, { batchSize: size3 });
  const value = build(context);
  const shape2 = value.shape.slice(1);
  const width = sizeOf(shape2);
  const p = optimiseProgram(program({ value }));
  const executable = await compile(p, options22);
  try {
    const batch = batchFeeds(model.fields, size3);
    const noise = noiseFeeds(context.noises);
    const names2 = new Set(p.inputs.map(({ attributes }) => attributes.name));
    const feeds = { ...batch.feeds, ...noise.feeds, ...weightFeeds(weights) };
    const bound = executable.bind(
      Object.fromEntries(Object.entries(feeds).filter(([name]) => names2.has(name)))
    );
    const data = new Float32Array(table2.count * width);
    for (let b = 0; b < batches.length; b++) {
      const { indices, valid } = batches[b];
      batch.fill(table2, indices);
      noise.draw(stream2.child(b));
      await bound.run();
      data.set(bound.outputs.value.subarray(0, valid * width), b * size3 * width);
    }
    return { shape: shape2, data };
  } finally {
    await executable.dispose();
  }
}

// src/study/to-measurement.ts
function toMeasurement(metric, result, facts) {
  return {
    metric: metric.name,
    value: result.value,
    unit: metric.unit,
    direction: metric.direction,
    version: metric.version,
    ...facts,
    ...result.kind === void 0 ? {} : { kind: result.kind },
    ...result.extras === void 0 ? {} : { extras: result.extras },
    ...result.standardError === void 0 ? {} : { standardError: result.standardError },
    ...result.warnings === void 0 || result.warnings.length === 0 ? {} : { warnings: result.warnings }
  };
}

// src/study/measure-likelihood.ts
async function measureLikelihood(model, weights, set, where3, stream2, options22) {
  const { likelihood } = model;
  if (likelihood === void 0) return [];
  const about = {
    ...where3,
    real: set.text?.bytes.length ?? set.table.count,
    representation: set.representation
  };
  const record = (name, result, more = {}) => toMeasurement(metrics[name], result, { ...about, ...more });
  if (likelihood.tokenCosts !== void 0 && set.text !== void 0) {
    const costs = await mapExamples(model, weights, set.table, likelihood.tokenCosts, stream2, options22);
    const targets = set.table.fields.targets.data;
    const tokenLogProbs2 = Float64Array.from(
      [...costs.data.keys()].filter((i) => targets[i] >= 0),
      (i) => -costs.data[i]
    );
    return [
      record("perplexity", applyMetric(metrics.perplexity, { tokenLogProbs: tokenLogProbs2 })),
      record("bits_per_byte", applyMetric(metrics.bits_per_byte, { tokenLogProbs: tokenLogProbs2, bytes: set.text.bytes }))
    ];
  }
  const k = likelihood.kind === "exact" ? 1 : options22.importanceSamples;
  const drawn = await mapExamples(
    model,
    weights,
    set.table,
    (context) => transpose2(likelihood.logWeights(context, k), [1, 0]),
    stream2,
    // Each example is decoded k times at once.
    { ...options22, batchSize: Math.max(1, Math.floor(options22.batchSize / Math.max(1, k / 8))) }
  );
  const logWeights = matrix(set.table.count, k, drawn.data);
  const inputs = likelihood.kind === "exact" ? { logLikelihood: Float64Array.from(drawn.data) } : { logWeights };
  const results = [record("nll", applyMetric(metrics.nll, inputs), { options: { k } })];
  if (likelihood.dimensions !== void 0)
    results.push(
      record(
        "bits_per_dim",
        applyMetric(metrics.bits_per_dim, inputs, { dimensions: likelihood.dimensions }),
        { options: { k, dimensions: likelihood.dimensions } }
      )
    );
  return results;
}

// src/study/model-card.ts
function modelCard(card) {
  const { model, data } = card.checkpoint;
  const config = Object.entries(model.config).map(([key, value]) => `| ${key} | ${JSON.stringify(value)} |`);
  const measured = (card.measurements ?? []).map(
    ({ metric, on, split, value, unit, kind }) => `| ${metric} | ${on}${split === void 0 ? "" : `, ${split}`} | ${value.toPrecision(6)} | ${unit}${kind === void 0 ? "" : `, ${kind}`} |`
  );
  return [
    `# ${card.title}`,
    "",
    `A ${model.family} with ${countParameters(model.parameters)} parameters in ${model.layers.length} layers.`,
    "",
    "| fact | value |",
    "|---|---|",
    ...card.facts.map(([name, value]) => `| ${name} | ${value} |`),
    ...data.trainedOn === void 0 ? [] : [`| Trained on | ${data.trainedOn} |`],
    "",
    "## Configuration",
    "",
    "| option | value |",
    "|---|---|",
    ...config,
    ...measured.length === 0 ? [] : ["", "## Measurements", "", "| metric | on | value | unit |", "|---|---|---|---|", ...measured],
    "",
    "## Use",
    "",
    "```sh",
    "graft sample . --count 16",
    "```",
    ""
  ].join("\n");
}

// src/study/run-training.ts
import { join as join16 } from "node:path";

// src/training/snapshot-file.ts
import { existsSync as existsSync3, rmSync } from "node:fs";
function writeSnapshot(path, { arrays: arrays2, ...rest }) {
  const tensors = new Map(
    Object.entries(arrays2).map(([name, data]) => [
      name,
      { dtype: "float32", shape: [data.length], data }
    ])
  );
  writeSafetensorsFile(path, tensors, { training: JSON.stringify(rest) });
}
function readSnapshot(path) {
  if (!existsSync3(path)) return void 0;
  const { tensors, metadata } = readSafetensorsFile(path);
  if (metadata.training === void 0)
    throw new GraftError("bad-file", {
      path,
      format: "training snapshot",
      problem: "it lacks its record of the training"
    });
  const arrays2 = Object.fromEntries(
    [...tensors].map(([name, { data }]) => [name, Float32Array.from(data)])
  );
  return { ...JSON.parse(metadata.training), arrays: arrays2 };
}
var removeSnapshot = (path) => rmSync(path, { force: true });

// src/engine/optimisers/create-optimiser.ts
function slotsOf(spec, options22 = {}) {
  return [...resolveOptimiser(spec).update.slots, ...options22.accumulate ? ["accumulated"] : []];
}
var scaled = kernel(["sum", "gradient"], ["weight"], (v, s) => ({ sum: mul(s.weight, v.gradient) }));
var scaledSum = kernel(["sum", "gradient"], ["weight"], (v, s) => ({
  sum: add(v.sum, mul(s.weight, v.gradient))
}));
function createOptimiser(spec, arena, options22 = {}) {
  const { update: update2, weightDecay, clipNorm } = resolveOptimiser(spec);
  const ranges = rangesOf(arena.segments, options22.groups ?? {});
  const vectors = Object.fromEntries(update2.slots.map((name) => [name, arena.slot(name)]));
  const bind2 = (gradient) => arena.bind(update2.kernel, {
    ...Object.fromEntries(update2.slots.map((name) => [name, name])),
    parameter: "parameters",
    gradient
  });
  const fromGradient = bind2("gradient");
  let accumulation;
  let accumulatedWeight = 0;
  let updates = 0;
  const scaleFor = (gradient, weight) => {
    if (clipNorm === void 0 && !options22.measureNorm) return { scale: 1 / weight, norm: void 0 };
    const norm = Math.sqrt(arena.sumOfSquares(gradient)) / weight;
    if (!Number.isFinite(norm))
      throw new GraftError("not-finite", {
        what: `the gradient at update ${updates + 1}`,
        where: `parameter '${firstNotFinite(arena, gradient)}'`,
        hint: "A lower learning rate may help."
      });
    const clip = clipNorm === void 0 ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    return { scale: clip / weight, norm };
  };
  return {
    get updates() {
      return updates;
    },
    movesMomentum: update2.movesMomentum,
    accumulate: (weight = 1) => {
      if (!(weight > 0 && Number.isFinite(weight)))
        throw new GraftError("invalid-value", {
          what: "the weight of a micro-batch",
          received: weight,
          allowed: "a positive number"
        });
      const sum2 = { sum: "accumulated", gradient: "gradient" };
      accumulation ??= {
        fromSum: bind2("accumulated"),
        replace: arena.bind(scaled, sum2),
        add: arena.bind(scaledSum, sum2)
      };
      const run = accumulatedWeight === 0 ? accumulation.replace : accumulation.add;
      run(0, arena.length, { weight });
      accumulatedWeight += weight;
    },
    step: (rate2, { momentum } = {}) => {
      if (!(rate2 >= 0 && Number.isFinite(rate2)))
        throw new GraftError("invalid-value", {
          what: "the learning rate",
          received: rate2,
          allowed: "a number from 0"
        });
      if (momentum !== void 0 && !update2.movesMomentum)
        throw new GraftError("conflict", {
          first: "a schedule that moves the momentum",
          second: "an optimiser without momentum",
          reason: "there is nothing to move; say 'momentum: false' in the schedule or give the optimiser a momentum"
        });
      const useSum = accumulatedWeight > 0 && accumulation !== void 0;
      const { scale: scale2, norm } = useSum ? scaleFor("accumulated", accumulatedWeight) : scaleFor("gradient", 1);
      const run = useSum && accumulation ? accumulation.fromSum : fromGradient;
      for (const range4 of ranges)
        run(
          range4.offset,
          range4.length,
          update2.scalars({
            update: updates + 1,
            rate: rate2 * range4.rate,
            weightDecay: weightDecay * range4.weightDecay,
            gradientScale: scale2,
            ...momentum === void 0 ? {} : { momentum }
          })
        );
      updates += 1;
      accumulatedWeight = 0;
      return { gradientNorm: norm };
    },
    state: () => {
      if (accumulatedWeight > 0)
        throw new GraftError("conflict", {
          first: "an optimiser's state",
          second: "gradients accumulated for an update still to come",
          reason: "the state holds whole updates only"
        });
      return {
        updates,
        vectors: Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, vector.slice()]))
      };
    },
    restore: (state) => {
      checkState(state, vectors);
      for (const [name, vector] of Object.entries(vectors)) vector.set(state.vectors[name]);
      updates = state.updates;
      accumulatedWeight = 0;
    }
  };
}
function rangesOf(segments, groups) {
  const known2 = [...new Set(segments.map((segment) => segment.group))];
  for (const [name, factors] of Object.entries(groups)) {
    if (!known2.includes(name))
      throw new GraftError("unknown-name", { kind: "layer group", received: name, allowed: known2 });
    for (const [what, factor] of Object.entries(factors))
      if (!(factor >= 0 && Number.isFinite(factor)))
        throw new GraftError("invalid-value", {
          what: `the ${what} factor of layer group '${name}'`,
          received: factor,
          allowed: "a number from 0"
        });
  }
  const ranges = [];
  for (const segment of segments) {
    const { rate: rate2 = 1, weightDecay = 1 } = groups[segment.group] ?? {};
    const decay = segment.decay ? weightDecay : 0;
    const last = ranges.at(-1);
    if (last && last.rate === rate2 && last.weightDecay === decay) last.length += segment.length;
    else ranges.push({ offset: segment.offset, length: segment.length, rate: rate2, weightDecay: decay });
  }
  return ranges;
}
function firstNotFinite(arena, vector) {
  const values = arena.slot(vector);
  const found = arena.segments.find(
    (segment) => values.subarray(segment.offset, segment.offset + segment.length).some((x) => !Number.isFinite(x))
  );
  return found?.name ?? "all: their squares overflow";
}
function checkState(state, vectors) {
  const fail3 = (problem) => {
    throw new GraftError("bad-data", { what: "an optimiser's state", problem });
  };
  if (!Number.isSafeInteger(state.updates) || state.updates < 0)
    fail3(`${state.updates} is not a number of updates`);
  const names2 = Object.keys(vectors).sort().join(", ");
  const received = Object.keys(state.vectors).sort().join(", ");
  if (names2 !== received) fail3(`its vectors are [${received}], this optimiser's are [${names2}]`);
  for (const [name, vector] of Object.entries(vectors)) {
    const length = state.vectors[name].length;
    if (length !== vector.length)
      fail3(`vector '${name}' has ${length} elements, there are ${vector.length} trained parameters`);
  }
}

// src/engine/optimisers/kernel-loops.ts
var block = 512;
function bindLoops(kernel2, vectors) {
  const double = Object.values(vectors).some((vector) => vector instanceof Float64Array);
  const allocate3 = () => double ? new Float64Array(block) : new Float32Array(block);
  const values = /* @__PURE__ */ new Map();
  const scalars = [];
  const inputs = [];
  const valuesOf2 = (expression) => {
    const known2 = values.get(expression);
    if (known2) return known2;
    const fresh = allocate3();
    values.set(expression, fresh);
    if (expression.kind === "constant") fresh.fill(expression.value);
    if (expression.kind === "scalar") scalars.push({ name: expression.name, values: fresh });
    if (expression.kind === "vector") inputs.push({ vector: vectors[expression.name], values: fresh });
    return fresh;
  };
  const steps = kernel2.operations.map((operation) => {
    const [first2, second] = operation.operands.map(valuesOf2);
    return { apply: loops[operation.operator], a: first2, b: second ?? first2, out: valuesOf2(operation) };
  });
  const writes = kernel2.writes.map(({ vector, value }) => ({
    vector: vectors[vector],
    values: valuesOf2(value)
  }));
  return (offset, length, given) => {
    for (const scalar2 of scalars) scalar2.values.fill(scalarOf2(given, scalar2.name));
    for (let start = offset; start < offset + length; start += block) {
      const end = Math.min(start + block, offset + length);
      for (const input2 of inputs) input2.values.set(input2.vector.subarray(start, end));
      for (const { apply: apply3, a, b, out: out2 } of steps) apply3(end - start, a, b, out2);
      for (const write2 of writes) write2.vector.set(write2.values.subarray(0, end - start), start);
    }
  };
}
function scalarOf2(scalars, name) {
  const value = scalars[name];
  if (value === void 0)
    throw new GraftError("invalid-value", {
      what: `kernel scalar '${name}'`,
      received: value,
      allowed: "a number"
    });
  return value;
}
var loops = {
  add: (count3, a, b, out2) => {
    for (let i = 0; i < count3; i++) out2[i] = a[i] + b[i];
  },
  sub: (count3, a, b, out2) => {
    for (let i = 0; i < count3; i++) out2[i] = a[i] - b[i];
  },
  mul: (count3, a, b, out2) => {
    for (let i = 0; i < count3; i++) out2[i] = a[i] * b[i];
  },
  div: (count3, a, b, out2) => {
    for (let i = 0; i < count3; i++) out2[i] = a[i] / b[i];
  },
  max: (count3, a, b, out2) => {
    for (let i = 0; i < count3; i++) out2[i] = Math.max(a[i], b[i]);
  },
  sqrt: (count3, a, _, out2) => {
    for (let i = 0; i < count3; i++) out2[i] = Math.sqrt(a[i]);
  },
  abs: (count3, a, _, out2) => {
    for (let i = 0; i < count3; i++) out2[i] = Math.abs(a[i]);
  }
};

// src/engine/optimisers/wasm-module.ts
var types3 = { i32: 127, f32: 125, f64: 124, v128: 123 };
var memory = (offset, alignment) => [unsigned(alignment), unsigned(offset)];
var simd = (code) => [253, unsigned(code)];
var wasm = {
  localGet: (index) => [32, unsigned(index)],
  localSet: (index) => [33, unsigned(index)],
  i32Const: (value) => [65, signed(value)],
  i32Add: [106],
  i32Sub: [107],
  i32GeU: [79],
  f32Load: [42, memory(0, 2)],
  f32Store: [56, memory(0, 2)],
  f32Const: (value) => [67, [...new Uint8Array(new Float32Array([value]).buffer)]],
  f64Add: [160],
  f64Mul: [162],
  f64PromoteF32: [187],
  v128Load: [simd(0), memory(0, 4)],
  v128Store: [simd(11), memory(0, 4)],
  v128Load64Zero: (offset) => [simd(93), memory(offset, 3)],
  f32x4Splat: simd(19),
  f64x2ExtractLane: (lane) => [simd(33), lane],
  f64x2PromoteLowF32x4: simd(95),
  f64x2Add: simd(240),
  f64x2Mul: simd(242)
};
var arithmetic = {
  add: { single: [146], four: simd(228) },
  sub: { single: [147], four: simd(229) },
  mul: { single: [148], four: simd(230) },
  div: { single: [149], four: simd(231) },
  max: { single: [151], four: simd(233) },
  sqrt: { single: [145], four: simd(227) },
  abs: { single: [139], four: simd(224) }
};
function whileLoop(condition, body) {
  const [ifThen, loop, end, branchIf, empty] = [4, 3, 11, 13, 64];
  return [condition, ifThen, empty, loop, empty, body, condition, branchIf, 0, end, end];
}
var FunctionBuilder = class {
  #parameters = [];
  #locals = [];
  /** The index of a new parameter. All parameters come before the first local. */
  parameter(type) {
    return this.#parameters.push(type) - 1;
  }
  /** The index of a new local variable, initially zero. */
  local(type) {
    return this.#parameters.length + this.#locals.push(type) - 1;
  }
  /** A module that imports `arena.memory` and exports this function as `run`, with the given body. */
  module(body, result) {
    const list = (items) => [unsigned(items.length), items];
    const signature = [
      96,
      list(this.#parameters.map((type) => [types3[type]])),
      list(result ? [[types3[result]]] : [])
    ];
    const locals = list(this.#locals.map((type) => [1, types3[type]]));
    return Uint8Array.from(
      flatten([
        [0, 97, 115, 109, 1, 0, 0, 0],
        section(1, list([signature])),
        section(2, list([[text("arena"), text("memory"), 2, 0, 0]])),
        section(3, list([[0]])),
        section(7, list([[text("run"), 0, 0]])),
        section(10, list([sized([locals, body, 11])]))
      ])
    );
  }
};
function section(id, content) {
  return [id, sized(content)];
}
function sized(content) {
  const bytes2 = flatten(content);
  return [unsigned(bytes2.length), bytes2];
}
function text(value) {
  return sized([...new TextEncoder().encode(value)]);
}
function unsigned(value) {
  const bytes2 = [];
  let rest = value;
  do {
    const low = rest & 127;
    rest >>>= 7;
    bytes2.push(rest === 0 ? low : low | 128);
  } while (rest !== 0);
  return bytes2;
}
function signed(value) {
  const bytes2 = [];
  let rest = value | 0;
  for (; ; ) {
    const low = rest & 127;
    rest >>= 7;
    const last = rest === 0 && (low & 64) === 0 || rest === -1 && (low & 64) !== 0;
    bytes2.push(last ? low : low | 128);
    if (last) return bytes2;
  }
}
function flatten(code) {
  return code.flatMap((item) => typeof item === "number" ? [item] : flatten(item));
}

// src/engine/optimisers/sum-of-squares.ts
function sumOfSquares(vector) {
  const whole = vector.length - vector.length % 8;
  const partial = new Float64Array(8);
  for (let i = 0; i < whole; i += 8)
    for (let lane = 0; lane < 8; lane++) {
      const x = vector[i + lane];
      partial[lane] += x * x;
    }
  let rest = 0;
  for (let i = whole; i < vector.length; i++) rest += vector[i] * vector[i];
  const [even, odd] = [0, 1].map((i) => partial[i] + partial[i + 2] + (partial[i + 4] + partial[i + 6]));
  return even + odd + rest;
}
function encodeSumOfSquares() {
  const builder = new FunctionBuilder();
  const count3 = builder.parameter("i32");
  const address = builder.parameter("i32");
  const sums2 = [0, 1, 2, 3].map(() => builder.local("v128"));
  const pair = builder.local("v128");
  const single = builder.local("f64");
  const rest = builder.local("f64");
  const { localGet, localSet, i32Const } = wasm;
  const advance2 = (elements) => [
    [localGet(address), i32Const(4 * elements), wasm.i32Add, localSet(address)],
    [localGet(count3), i32Const(elements), wasm.i32Sub, localSet(count3)]
  ];
  const addPair = (sum2, index) => [
    [localGet(address), wasm.v128Load64Zero(8 * index), wasm.f64x2PromoteLowF32x4, localSet(pair)],
    [localGet(pair), localGet(pair), wasm.f64x2Mul, localGet(sum2), wasm.f64x2Add, localSet(sum2)]
  ];
  const addSingle = [
    [localGet(address), wasm.f32Load, wasm.f64PromoteF32, localSet(single)],
    [localGet(single), localGet(single), wasm.f64Mul, localGet(rest), wasm.f64Add, localSet(rest)]
  ];
  const [first2, second, third, fourth] = sums2.map((sum2) => localGet(sum2));
  const total = [
    [first2, second, wasm.f64x2Add, third, fourth, wasm.f64x2Add, wasm.f64x2Add, localSet(pair)],
    [localGet(pair), wasm.f64x2ExtractLane(0), localGet(pair), wasm.f64x2ExtractLane(1), wasm.f64Add],
    [localGet(rest), wasm.f64Add]
  ];
  return builder.module(
    [
      whileLoop([localGet(count3), i32Const(8), wasm.i32GeU], [sums2.map(addPair), advance2(8)]),
      whileLoop([localGet(count3)], [addSingle, advance2(1)]),
      total
    ],
    "f64"
  );
}

// src/engine/optimisers/kernel-wasm.ts
function encodeKernel(kernel2) {
  const builder = new FunctionBuilder();
  const count3 = builder.parameter("i32");
  const addresses = new Map(kernel2.vectors.map((name) => [name, builder.parameter("i32")]));
  const scalars = new Map(kernel2.scalars.map((name) => [name, builder.parameter("f32")]));
  const spread2 = new Map(kernel2.scalars.map((name) => [name, builder.local("v128")]));
  const constants3 = /* @__PURE__ */ new Map();
  const used = [
    ...kernel2.operations.flatMap((operation) => operation.operands),
    ...kernel2.writes.map((w) => w.value)
  ];
  for (const operand of used)
    if (operand.kind === "constant" && !constants3.has(operand)) constants3.set(operand, builder.local("v128"));
  const prologue = [
    ...kernel2.scalars.map((name) => [
      wasm.localGet(scalars.get(name)),
      wasm.f32x4Splat,
      wasm.localSet(spread2.get(name))
    ]),
    ...[...constants3].map(([expression, local]) => [
      singleConstant(expression),
      wasm.f32x4Splat,
      wasm.localSet(local)
    ])
  ];
  const compute = (width) => {
    const four = width === "four";
    const fresh = () => builder.local(four ? "v128" : "f32");
    const loaded = new Map(kernel2.vectors.map((name) => [name, fresh()]));
    const results = new Map(kernel2.operations.map((operation) => [operation, fresh()]));
    const value = (expression) => {
      if (expression.kind === "vector") return wasm.localGet(loaded.get(expression.name));
      if (expression.kind === "scalar") return wasm.localGet((four ? spread2 : scalars).get(expression.name));
      if (expression.kind === "constant")
        return four ? wasm.localGet(constants3.get(expression)) : singleConstant(expression);
      return wasm.localGet(results.get(expression));
    };
    return [
      ...kernel2.vectors.map((name) => [
        wasm.localGet(addresses.get(name)),
        four ? wasm.v128Load : wasm.f32Load,
        wasm.localSet(loaded.get(name))
      ]),
      ...kernel2.operations.map((operation) => [
        ...operation.operands.map(value),
        arithmetic[operation.operator][width],
        wasm.localSet(results.get(operation))
      ]),
      ...kernel2.writes.map((write2) => [
        wasm.localGet(addresses.get(write2.vector)),
        value(write2.value),
        four ? wasm.v128Store : wasm.f32Store
      ])
    ];
  };
  const pass = (elements, body) => whileLoop(
    [wasm.localGet(count3), wasm.i32Const(elements), wasm.i32GeU],
    [
      body,
      ...[...addresses.values()].map((address) => advance(address, 4 * elements)),
      advance(count3, -elements)
    ]
  );
  return builder.module([prologue, pass(4, compute("four")), pass(1, compute("single"))]);
}
function advance(local, by) {
  return [wasm.localGet(local), wasm.i32Const(by), wasm.i32Add, wasm.localSet(local)];
}
function singleConstant(expression) {
  return wasm.f32Const(expression.kind === "constant" ? expression.value : Number.NaN);
}

// src/engine/optimisers/wasm-backend.ts
var api = globalThis.WebAssembly;
function wasmAvailable() {
  return api?.validate(encodeSumOfSquares()) ?? false;
}
var page = 65536;
var pages = 65536;
function allocateWasm(names2, length) {
  if (!wasmAvailable())
    throw new GraftError("unsupported", {
      what: "the 'wasm' backend of a parameter arena",
      reason: "this JavaScript engine has no WebAssembly SIMD instructions"
    });
  let end = 0;
  const addresses = Object.fromEntries(
    names2.map((name, index) => {
      const address = Math.ceil(end / 4096) * 4096 + index * 576 % 4096;
      end = address + 4 * length;
      return [name, address];
    })
  );
  const memory2 = reserve(Math.max(1, Math.ceil(end / page)), end);
  const vectors = Object.fromEntries(
    names2.map((name) => [name, new Float32Array(memory2.buffer, addresses[name], length)])
  );
  const instantiate = (bytes2) => new api.Instance(new api.Module(bytes2), { arena: { memory: memory2 } }).exports.run;
  const squares = instantiate(encodeSumOfSquares());
  return {
    vectors,
    bind: (kernel2, bound) => {
      const run = instantiate(encodeKernel(kernel2));
      const starts = kernel2.vectors.map((vector) => addresses[bound[vector]]);
      return (offset, count3, scalars) => {
        const given = kernel2.scalars.map((name) => scalarOf2(scalars, name));
        run(count3, ...starts.map((start) => start + 4 * offset), ...given);
      };
    },
    sumOfSquares: (name) => squares(length, addresses[name])
  };
}
function reserve(count3, bytes2) {
  try {
    if (count3 <= pages) return new api.Memory({ initial: count3, maximum: count3 });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new GraftError("out-of-resource", {
    resource: "memory for trained parameters and their optimiser state",
    needed: `${(bytes2 / 2 ** 20).toFixed(0)} MiB`,
    available: count3 > pages ? "4096 MiB, the most that WebAssembly addresses" : "less than that",
    hint: "Train fewer parameters, or use an optimiser with less state."
  });
}

// src/engine/optimisers/parameter-arena.ts
function createParameterArena(specs, options22 = {}) {
  const segments = layOut(specs);
  const length = segments.reduce((sum2, segment) => sum2 + segment.length, 0);
  const slots = [...options22.slots ?? []];
  const names2 = ["parameters", "gradient", ...slots];
  rejectDuplicates("vector of a parameter arena", names2);
  const backend = options22.backend ?? (wasmAvailable() ? "wasm" : "loops");
  const memory2 = backend === "wasm" ? allocateWasm(names2, length) : allocateLoops(names2, length);
  const slot = (name) => lookUp("vector", memory2.vectors, name);
  const part = (vector, segment) => vector.subarray(segment.offset, segment.offset + segment.length);
  const byName = Object.fromEntries(segments.map((segment) => [segment.name, segment]));
  return {
    segments,
    length,
    backend,
    parameters: slot("parameters"),
    gradient: slot("gradient"),
    slots,
    slot,
    segment: (name, vector = "parameters") => part(slot(vector), lookUp("parameter", byName, name)),
    views: (vector) => {
      const whole = slot(vector);
      return Object.fromEntries(segments.map((segment) => [segment.name, part(whole, segment)]));
    },
    bind: (kernel2, vectors) => {
      for (const name of Object.values(vectors)) slot(name);
      return memory2.bind(kernel2, vectors);
    },
    sumOfSquares: (name) => {
      slot(name);
      return memory2.sumOfSquares(name);
    }
  };
}
function layOut(specs) {
  rejectDuplicates(
    "parameter",
    specs.map((spec) => spec.name)
  );
  let offset = 0;
  return specs.map((spec) => {
    if (!Number.isSafeInteger(spec.length) || spec.length < 0)
      throw new GraftError("invalid-value", {
        what: `the length of parameter '${spec.name}'`,
        received: spec.length,
        allowed: "a whole number of elements"
      });
    const segment = { ...spec, group: spec.group ?? "default", decay: spec.decay ?? true, offset };
    offset += spec.length;
    return segment;
  });
}
function rejectDuplicates(what, names2) {
  const twice = names2.find((name, index) => names2.indexOf(name) !== index);
  if (twice !== void 0)
    throw new GraftError("invalid-value", {
      what: `the name of a ${what}`,
      received: twice,
      allowed: "each name once"
    });
}
function allocateLoops(names2, length) {
  const vectors = Object.fromEntries(names2.map((name) => [name, new Float32Array(length)]));
  return {
    vectors,
    bind: (kernel2, bound) => {
      const arrays2 = Object.fromEntries(kernel2.vectors.map((v) => [v, vectors[bound[v]]]));
      return bindLoops(kernel2, arrays2);
    },
    sumOfSquares: (name) => sumOfSquares(vectors[name])
  };
}

// src/engine/optimisers/weight-average.ts
var moving = kernel(["average", "parameter"], ["past", "new"], (v, s) => ({
  average: add(mul(s.past, v.average), mul(s.new, v.parameter))
}));
function createWeightAverage(arena, { decay, warmUp = false }) {
  if (!(decay >= 0 && decay < 1))
    throw new GraftError("invalid-value", {
      what: "a weight average's decay",
      received: decay,
      allowed: "from 0 to below 1"
    });
  const average = arena.slot("average");
  const run = arena.bind(moving, { average: "average", parameter: "parameters" });
  average.set(arena.parameters);
  let updates = 0;
  return {
    average,
    get updates() {
      return updates;
    },
    update: () => {
      updates += 1;
      const past = warmUp ? Math.min(decay, (1 + updates) / (10 + updates)) : decay;
      run(0, arena.length, { past, new: 1 - past });
    },
    state: () => ({ updates, average: average.slice() }),
    restore: (state) => {
      if (!Number.isSafeInteger(state.updates) || state.updates < 0 || state.average.length !== average.length)
        throw new GraftError("bad-data", {
          what: "a weight average's state",
          problem: `${state.average.length} weights after ${state.updates} updates, expected ${average.length} weights`
        });
      average.set(state.average);
      updates = state.updates;
    }
  };
}

// src/tensor/flops.ts
function countFlops({ outputs }, binding = {}) {
  const size3 = (shape2) => sizeOf(shape2.map((d) => bind(d, binding)));
  return topologicalOrder(Object.values(outputs)).reduce((total, node) => total + flopsOf(node, size3), 0);
}
var free = /* @__PURE__ */ new Set([
  "input",
  "constant",
  "reshape",
  "transpose",
  "slice",
  "concat",
  "pad",
  "expand",
  "gather",
  "gather-elements",
  "one-hot",
  "stop-gradient",
  "cast"
]);
function flopsOf(node, size3) {
  const output = size3(node.outputs[0].shape);
  if (free.has(node.op)) return 0;
  if (isOp(node, "matmul")) {
    const { shape: shape2 } = node.inputs[0];
    return 2 * output * size3([shape2[shape2.length - (node.attributes.transposeA ? 2 : 1)]]);
  }
  if (isOp(node, "conv")) return 2 * output * size3(node.inputs[1].shape.slice(1));
  if (isOp(node, "conv-transpose"))
    return 2 * size3(node.inputs[0].shape) * size3(node.inputs[1].shape.slice(1));
  if (isOp(node, "attention")) {
    const scores = size3(node.outputs[1].shape);
    const { shape: q } = node.inputs[0];
    const { shape: v } = node.inputs[2];
    return 2 * scores * (size3([q[q.length - 1]]) + size3([v[v.length - 1]])) + 5 * scores;
  }
  if (isOp(node, "max-pool") || isOp(node, "average-pool")) return output * sizeOf(node.attributes.kernel);
  if (isOp(node, "layer-norm")) return 8 * output;
  if (isOp(node, "softmax")) return 5 * output;
  return Math.max(output, ...node.inputs.map((operand) => size3(operand.shape)));
}

// src/tensor/passes/cut.ts
function cut({ outputs }, at2) {
  const names2 = new Map(Object.entries(at2).map(([name, tensor]) => [tensor, name]));
  const inputs = /* @__PURE__ */ new Map();
  const replaced = /* @__PURE__ */ new Map();
  const current = (tensor) => {
    const name = names2.get(tensor);
    if (name === void 0) return replaced.get(tensor.node)[tensor.index];
    const known2 = inputs.get(name) ?? applyNode("input", [], { name, shape: tensor.shape, dtype: tensor.dtype }).outputs[0];
    inputs.set(name, known2);
    return known2;
  };
  for (const node of topologicalOrder(Object.values(outputs))) {
    const operands = node.inputs.map(current);
    const same2 = operands.every((operand, i) => operand === node.inputs[i]);
    replaced.set(node, same2 ? node.outputs : applyNode(node.op, operands, node.attributes).outputs);
  }
  const above = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, current(tensor)]));
  return { below: program(at2), above: program(above) };
}
function boundary(p, kindOf4, batchSize) {
  const order = topologicalOrder(Object.values(p.outputs));
  const inside = /* @__PURE__ */ new Map();
  for (const node of order) {
    if (isOp(node, "input")) {
      const kind = kindOf4(node.attributes.name);
      if (kind !== "other") inside.set(node, kind);
      continue;
    }
    const kinds2 = node.inputs.map((operand) => inside.get(operand.node));
    if (kinds2.includes(void 0)) continue;
    if (!kinds2.includes("example")) inside.set(node, "fixed");
    else if (node.outputs.every(({ shape: shape2 }) => isMultiple(shape2[0], batchSize))) inside.set(node, "example");
  }
  const result = /* @__PURE__ */ new Set();
  const consider = (tensor) => {
    if (inside.get(tensor.node) === "example" && tensor.node.inputs.length > 0) result.add(tensor);
  };
  for (const node of order) if (!inside.has(node)) node.inputs.forEach(consider);
  Object.values(p.outputs).forEach(consider);
  return [...result];
}
var isMultiple = (dimension, of) => typeof dimension === "number" && dimension > 0 && dimension % of === 0;

// src/training/frozen-cache.ts
async function cacheFrozenPart(step3, model, frozen, weights, examples, batchSize, options22) {
  const fieldNames = new Set(model.fields.map(({ name }) => inputNames.field(name)));
  const kindOf4 = (name) => fieldNames.has(name) ? "example" : frozen(name) ? "fixed" : "other";
  const edge = boundary(step3, kindOf4, batchSize).filter(({ dtype }) => dtype !== "bool");
  const below = program(Object.fromEntries(edge.map((tensor, i) => [`cached/${i}`, tensor])));
  const flopsSaved = edge.length === 0 ? 0 : countFlops(below);
  const usesWeights = below.inputs.some(({ attributes }) => frozen(attributes.name));
  if (!usesWeights) return { reason: "no layer below the trained ones is frozen" };
  const perExample = edge.map((tensor) => sizeOf(tensor.shape) / batchSize);
  const bytes2 = perExample.reduce((a, b) => a + b, 0) * 4 * examples.count;
  if (bytes2 > options22.memoryLimit)
    return {
      reason: `the activations of ${examples.count} examples take ${megabytes(bytes2)}, more than the limit of ${megabytes(options22.memoryLimit)}: they are computed anew in each step`
    };
  const table2 = await computeRows(below, model, weights, examples, batchSize, perExample, options22);
  if (table2 === void 0) return { reason: "the frozen part mixes the examples of a batch" };
  const parts = cut(
    step3,
    Object.fromEntries(edge.map((tensor, i) => [inputNames.field(`cached/${i}`), tensor]))
  );
  const fields = edge.map(
    (tensor, i) => ({
      name: `cached/${i}`,
      shape: [perExample[i]],
      dtype: tensor.dtype === "int32" ? "int32" : "float32"
    })
  );
  return { cache: { above: parts.above, fields, table: table2, flopsSaved } };
}
async function computeRows(below, model, weights, examples, batchSize, perExample, { threads, device }) {
  const feeds = weightFeeds(weights);
  const names2 = new Set(below.inputs.map(({ attributes }) => attributes.name));
  const constants3 = Object.fromEntries(Object.entries(feeds).filter(([name]) => names2.has(name)));
  const executable = await compile(below, { threads, device, constants: constants3 });
  const batch = batchFeeds(model.fields, batchSize);
  const bound = executable.bind(
    Object.fromEntries(Object.entries(batch.feeds).filter(([name]) => names2.has(name)))
  );
  const outputs = perExample.map((_, i) => bound.outputs[`cached/${i}`]);
  const stored = outputs.map(
    (output, i) => output instanceof Int32Array ? new Int32Array(examples.count * perExample[i]) : new Float32Array(examples.count * perExample[i])
  );
  const rows = new Int32Array(batchSize);
  try {
    for (let start = 0; start < examples.count; start += batchSize) {
      for (let i = 0; i < batchSize; i++) rows[i] = (start + i) % examples.count;
      batch.fill(examples, rows);
      await bound.run();
      if (start === 0 && !await rowsAreIndependent()) return void 0;
      const n = Math.min(batchSize, examples.count - start);
      outputs.forEach((output, i) => {
        stored[i].set(output.subarray(0, n * perExample[i]), start * perExample[i]);
      });
    }
  } finally {
    await executable.dispose();
  }
  return {
    count: examples.count,
    fields: Object.fromEntries(stored.map((data, i) => [`cached/${i}`, { shape: [perExample[i]], data }]))
  };
  async function rowsAreIndependent() {
    const before = outputs.map((output) => output.slice());
    const rotated = rows.map((_, i) => rows[(i + 1) % batchSize]);
    batch.fill(examples, rotated);
    await bound.run();
    const same2 = outputs.every(
      (output, k) => output.every((value, j) => {
        const row = Math.floor(j / perExample[k]);
        const from = (row + 1) % batchSize * perExample[k] + j % perExample[k];
        return Object.is(value, before[k][from]);
      })
    );
    outputs.forEach((output, k) => {
      output.set(before[k]);
    });
    return same2;
  }
}
var megabytes = (bytes2) => `${(bytes2 / 2 ** 20).toFixed(1)} MiB`;

// src/tensor/gradient-rules/gradient-rule.ts
function unbroadcast(gradient, shape2) {
  if (sameShape(gradient.shape, shape2)) return gradient;
  const extra = gradient.shape.length - shape2.length;
  const axes = gradient.shape.flatMap(
    (d, i) => i < extra || shape2[i - extra] === 1 && d !== 1 ? [i] : []
  );
  return reshape(sum(gradient, axes), shape2);
}
function spread(gradient, shape2, axes) {
  const kept = shape2.map((d, i) => axes.includes(i) ? 1 : d);
  return expand(reshape(gradient, kept), shape2);
}

// src/tensor/gradient-rules/arrangement.ts
var ONE_HOT_LIMIT = 1024;
var extremum = (node, [g]) => {
  const x = node.inputs[0];
  const { axes } = node.attributes;
  const best = cast(equal(x, spread(node.outputs[0], x.shape, axes)), "float32");
  return [mul2(best, spread(div2(g, reshape(sum(best, axes), g.shape)), x.shape, axes))];
};
var arrangementGradients = {
  input: "none",
  constant: "none",
  sum: (node, [g]) => [spread(g, node.inputs[0].shape, node.attributes.axes)],
  mean: (node, [g]) => {
    const { shape: shape2 } = node.inputs[0];
    return [spread(mul2(g, 1 / countOf(shape2, node.attributes.axes)), shape2, node.attributes.axes)];
  },
  max: extremum,
  min: extremum,
  cumsum: (node, [g]) => {
    const { axis, exclusive, reverse } = node.attributes;
    return [cumsum(g, axis, { exclusive, reverse: !reverse })];
  },
  reshape: (node, [g]) => [reshape(g, node.inputs[0].shape)],
  transpose: (node, [g]) => {
    const { permutation } = node.attributes;
    return [
      transpose2(
        g,
        permutation.map((_, axis) => permutation.indexOf(axis))
      )
    ];
  },
  slice: (node, [g]) => [sliceGradient(node, g)],
  concat: (node, [g]) => {
    const { axis } = node.attributes;
    let start = 0;
    return node.inputs.map((part) => {
      const size3 = part.shape[axis];
      start += size3;
      return slice(g, axis, start - size3, start);
    });
  },
  pad: (node, [g]) => {
    const x = node.inputs[0];
    const { before, after } = node.attributes;
    const cut2 = x.shape.map((_, i) => Math.max(0, before[i]));
    const inside = sliceAll(
      g,
      g.shape.map(
        (size3, i) => before[i] === 0 && after[i] === 0 ? void 0 : { start: cut2[i], end: size3 - Math.max(0, after[i]), step: 1 }
      )
    );
    const lost = (amounts) => amounts.map((n) => Math.max(0, -n));
    return [pad(inside, lost(before), lost(after))];
  },
  expand: (node, [g]) => [unbroadcast(g, node.inputs[0].shape)],
  gather: (node, [g]) => [gatherGradient(node, g), void 0],
  "gather-elements": (node, [g]) => {
    const [x, indices] = node.inputs;
    const { axis } = node.attributes;
    return [scatterAdd(g, indices, axis, x.shape[axis]), void 0];
  },
  "scatter-add": (node, [g]) => [gatherElements(g, node.inputs[1], node.attributes.axis), void 0],
  "one-hot": "none"
};
function sliceGradient(node, g) {
  const x = node.inputs[0];
  const { starts, ends, steps } = node.attributes;
  let result = g;
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  x.shape.forEach((size3, axis) => {
    const step3 = steps[axis];
    if (starts[axis] === 0 && step3 === 1 && ends[axis] === size3) return;
    const length = g.shape[axis];
    const stride = Math.abs(step3);
    if (step3 < 0) result = flip(result, axis);
    const first2 = step3 < 0 ? starts[axis] - (length - 1) * stride : starts[axis];
    if (stride > 1) result = interleave(result, axis, stride);
    before[axis] = first2;
    after[axis] = size3 - first2 - ((length - 1) * stride + 1);
  });
  return pad(result, before, after);
}
function interleave(x, axis, stride) {
  const shape2 = [...x.shape];
  const length = shape2[axis];
  const opened = reshape(x, [...shape2.slice(0, axis + 1), 1, ...shape2.slice(axis + 1)]);
  const none = opened.shape.map(() => 0);
  const filled = pad(
    opened,
    none,
    none.map((_, i) => i === axis + 1 ? stride - 1 : 0)
  );
  const joined = reshape(filled, [...shape2.slice(0, axis), length * stride, ...shape2.slice(axis + 1)]);
  return slice(joined, axis, 0, (length - 1) * stride + 1);
}
function gatherGradient(node, g) {
  const [x, indices] = node.inputs;
  const { axis } = node.attributes;
  const size3 = x.shape[axis];
  const n = product(indices.shape);
  const before = x.shape.slice(0, axis);
  const behind = x.shape.slice(axis + 1);
  const outer = product(before);
  const inner = product(behind);
  const ids = reshape(indices, [n]);
  const rows = reshape(transpose2(reshape(g, [outer, n, inner]), [1, 0, 2]), [n, outer * inner]);
  const table2 = size3 <= ONE_HOT_LIMIT ? matmul(oneHot(ids, size3), rows, { transposeA: true }) : scatterAdd(rows, expand(reshape(ids, [n, 1]), [n, outer * inner]), 0, size3);
  return reshape(transpose2(reshape(table2, [size3, outer, inner]), [1, 0, 2]), x.shape);
}

// src/tensor/gradient-rules/elementwise.ts
var unary4 = (rule) => (node, [g]) => [
  rule(g, node.inputs[0], node.outputs[0])
];
function binary4(...rules) {
  return (node, [g]) => {
    const [a, b] = node.inputs;
    return rules.map(
      (rule, i) => (
        // A constant operand wants no gradient; its rule may be costly (the logarithm of a power's base).
        isOp(node.inputs[i].node, "constant") ? void 0 : unbroadcast(rule(g, a, b, node.outputs[0]), node.inputs[i].shape)
      )
    );
  };
}
var half = (g) => mul2(g, 0.5);
var extremum2 = (wins) => {
  const share2 = (g, own, other) => where(equal(own, other), half(g), where(wins(own, other), g, 0));
  return [
    (g, a, b) => share2(g, a, b),
    (g, a, b) => share2(g, b, a)
  ];
};
var elementwiseGradients = {
  neg: unary4((g) => neg(g)),
  exp: unary4((g, _, y) => mul2(g, y)),
  log: unary4((g, x) => div2(g, x)),
  sqrt: unary4((g, _, y) => div2(half(g), y)),
  reciprocal: unary4((g, _, y) => neg(mul2(g, mul2(y, y)))),
  erf: unary4((g, x) => mul2(mul2(g, 2 / Math.sqrt(Math.PI)), exp(neg(mul2(x, x))))),
  abs: unary4((g, x) => mul2(g, sign(x))),
  sign: "none",
  sin: unary4((g, x) => mul2(g, cos(x))),
  cos: unary4((g, x) => neg(mul2(g, sin(x)))),
  floor: "none",
  tanh: unary4((g, _, y) => mul2(g, sub2(1, mul2(y, y)))),
  sigmoid: unary4((g, _, y) => mul2(g, mul2(y, sub2(1, y)))),
  relu: unary4((g, _, y) => where(less(0, y), g, 0)),
  "leaky-relu": (node, [g]) => [where(less(0, node.inputs[0]), g, mul2(g, node.attributes.alpha))],
  elu: (node, [g]) => [
    where(less(0, node.inputs[0]), g, mul2(g, add2(node.outputs[0], node.attributes.alpha)))
  ],
  gelu: (node, [g]) => [geluGradient(g, node.inputs[0], node.attributes.approximate)],
  softplus: unary4((g, x) => mul2(g, sigmoid(x))),
  "stop-gradient": "none",
  cast: (node, [g]) => [
    node.inputs[0].dtype === "float32" && node.attributes.to === "float32" ? cast(g, "float32") : void 0
  ],
  not: "none",
  add: binary4(
    (g) => g,
    (g) => g
  ),
  sub: binary4(
    (g) => g,
    (g) => neg(g)
  ),
  mul: binary4(
    (g, _, b) => mul2(g, b),
    (g, a) => mul2(g, a)
  ),
  div: binary4(
    (g, _, b) => div2(g, b),
    (g, _, b, y) => neg(div2(mul2(g, y), b))
  ),
  pow: binary4(
    (g, a, b) => mul2(g, mul2(b, pow(a, sub2(b, 1)))),
    (g, a, _, y) => {
      const zero2 = equal(a, 0);
      return where(zero2, 0, mul2(g, mul2(y, log(where(zero2, 1, a)))));
    }
  ),
  minimum: binary4(...extremum2((own, other) => less(own, other))),
  maximum: binary4(...extremum2((own, other) => less(other, own))),
  equal: "none",
  less: "none",
  "less-or-equal": "none",
  and: "none",
  or: "none",
  where: (node, [g]) => {
    const [condition, a, b] = node.inputs;
    const needed = (t) => t.dtype === "float32" && !isOp(t.node, "constant");
    return [
      void 0,
      needed(a) ? unbroadcast(where(condition, g, 0), a.shape) : void 0,
      needed(b) ? unbroadcast(where(condition, 0, g), b.shape) : void 0
    ];
  }
};

// src/tensor/gradient-rules/linear.ts
var spatial = (t) => t.shape.slice(2);
function weightGradient(x, g, kernel2, a) {
  const [n, c] = x.shape;
  const o = g.shape[1];
  const rest = kernel2.map((_, i) => i + 3);
  const grouped = transpose2(reshape(x, [n, a.groups, c / a.groups, ...spatial(x)]), [2, 1, 0, ...rest]);
  const swapped = reshape(grouped, [c / a.groups, a.groups * n, ...spatial(x)]);
  const filters = transpose2(g, [1, 0, ...kernel2.map((_, i) => i + 2)]);
  const full = conv(swapped, filters, void 0, {
    stride: a.dilations,
    dilation: a.strides,
    padding: a.pads,
    groups: a.groups
  });
  const cropped = sliceAll(full, [
    void 0,
    void 0,
    ...kernel2.map((end) => ({ start: 0, end, step: 1 }))
  ]);
  return transpose2(reshape(cropped, [c / a.groups, o, ...kernel2]), [1, 0, ...kernel2.map((_, i) => i + 2)]);
}
function inputGradient(g, w, sizes, a) {
  const kernel2 = spatial(w);
  const outputPadding = sizes.map((size3, i) => {
    const span = a.dilations[i] * (kernel2[i] - 1) + 1;
    return (size3 + a.pads[i] + a.pads[i + sizes.length] - span) % a.strides[i];
  });
  return convTranspose(g, w, void 0, { ...convOptions(a), outputPadding });
}
var convOptions = (a) => ({
  stride: a.strides,
  padding: a.pads,
  dilation: a.dilations,
  groups: a.groups
});
var biasGradient = (g) => sum(
  g,
  g.shape.map((_, i) => i).filter((i) => i !== 1)
);
var linearGradients = {
  matmul: (node, [g]) => {
    const [a, b] = node.inputs;
    const { transposeA, transposeB } = node.attributes;
    const da = transposeA ? matmul(b, g, { transposeA: transposeB, transposeB: true }) : matmul(g, b, { transposeB: !transposeB });
    if (!transposeA && b.shape.length === 2 && a.shape.length > 2) {
      const flat = (t) => reshape(t, [product(t.shape.slice(0, -1)), t.shape[t.shape.length - 1]]);
      const db2 = transposeB ? matmul(flat(g), flat(a), { transposeA: true }) : matmul(flat(a), flat(g), { transposeA: true });
      return [da, db2];
    }
    const db = transposeB ? matmul(g, a, { transposeA: true, transposeB: transposeA }) : matmul(a, g, { transposeA: !transposeA });
    return [unbroadcast(da, a.shape), unbroadcast(db, b.shape)];
  },
  conv: (node, [g]) => {
    const [x, w, bias] = node.inputs;
    const a = node.attributes;
    return [
      inputGradient(g, w, spatial(x), a),
      weightGradient(x, g, spatial(w), a),
      bias === void 0 ? void 0 : biasGradient(g)
    ];
  },
  "conv-transpose": (node, [g]) => {
    const [x, w, bias] = node.inputs;
    const a = node.attributes;
    return [
      conv(g, w, void 0, convOptions(a)),
      weightGradient(g, x, spatial(w), a),
      bias === void 0 ? void 0 : biasGradient(g)
    ];
  },
  "max-pool": (node, [g]) => {
    const x = node.inputs[0];
    const lead = x.shape.slice(0, 2);
    const flat = (t) => reshape(t, [...lead, sizeOf(spatial(t))]);
    const plane = scatterAdd(flat(g), flat(node.outputs[1]), 2, sizeOf(spatial(x)));
    return [reshape(plane, x.shape)];
  },
  "average-pool": (node, [g]) => {
    const x = node.inputs[0];
    const { kernel: kernel2, strides, pads, includePad } = node.attributes;
    const channels = x.shape[1];
    const a = { strides, pads, dilations: kernel2.map(() => 1), groups: channels };
    const size3 = sizeOf(kernel2);
    const weight = constant2(new Float64Array(channels * size3).fill(includePad ? 1 / size3 : 1), [
      channels,
      1,
      ...kernel2
    ]);
    const shared2 = includePad ? g : mul2(g, constant2(inverseCounts(spatial(x), spatial(g), kernel2, a), spatial(g)));
    return [inputGradient(shared2, weight, spatial(x), a)];
  },
  "layer-norm": (node, [g, gMean, gInverse]) => {
    const [x, scale2, bias] = node.inputs;
    const [, centre, inverse] = node.outputs;
    const width = x.shape[x.shape.length - 1];
    const unit = mul2(sub2(x, centre), inverse);
    const parts = [];
    let dScale;
    let dBias;
    if (g !== void 0) {
      const scaled2 = mul2(g, scale2);
      const projection = mean2(mul2(scaled2, unit), -1, true);
      parts.push(mul2(inverse, sub2(sub2(scaled2, mean2(scaled2, -1, true)), mul2(unit, projection))));
      dScale = unbroadcast(mul2(g, unit), scale2.shape);
      if (bias !== void 0) dBias = unbroadcast(g, bias.shape);
    }
    if (gMean !== void 0) parts.push(unbroadcastMean(gMean, x, width));
    if (gInverse !== void 0) parts.push(neg(mul2(mul2(gInverse, pow(inverse, 2)), mul2(unit, 1 / width))));
    return [parts.reduce((a, b) => add2(a, b)), dScale, dBias];
  },
  softmax: (node, [g]) => {
    const p = node.outputs[0];
    return [mul2(p, sub2(g, sum(mul2(g, p), -1, true)))];
  },
  attention: (node, [gOutput, gProbabilities]) => {
    const [q, k, v, mask] = node.inputs;
    const [output, p] = node.outputs;
    const terms = [];
    const rows = [];
    if (gOutput !== void 0) {
      terms.push(matmul(gOutput, v, { transposeB: true }));
      rows.push(sum(mul2(gOutput, output), -1, true));
    }
    if (gProbabilities !== void 0) {
      terms.push(gProbabilities);
      rows.push(sum(mul2(gProbabilities, p), -1, true));
    }
    const total = (list) => list.reduce((a, b) => add2(a, b));
    const dScores = mul2(p, sub2(total(terms), total(rows)));
    const scaled2 = mul2(dScores, node.attributes.scale);
    return [
      matmul(scaled2, k),
      matmul(scaled2, q, { transposeA: true }),
      gOutput === void 0 ? void 0 : matmul(p, gOutput, { transposeA: true }),
      mask === void 0 ? void 0 : unbroadcast(dScores, mask.shape)
    ];
  }
};
function unbroadcastMean(g, x, width) {
  const ones = constant2(new Float64Array(width).fill(1 / width), [
    ...Array(x.shape.length - 1).fill(1),
    width
  ]);
  return mul2(g, ones);
}
function inverseCounts(sizes, windows, kernel2, a) {
  const perAxis = windows.map(
    (count3, axis) => Array.from({ length: count3 }, (_, i) => {
      const start = i * a.strides[axis] - a.pads[axis];
      return Math.min(sizes[axis], start + kernel2[axis]) - Math.max(0, start);
    })
  );
  let counts = [1];
  for (const axis of perAxis) counts = counts.flatMap((outer) => axis.map((inner) => outer * inner));
  return Float64Array.from(counts, (count3) => 1 / count3);
}

// src/tensor/gradient-rules/index.ts
var gradientRules = {
  ...elementwiseGradients,
  ...linearGradients,
  ...arrangementGradients
};

// src/tensor/gradient.ts
function gradients(outputs, wrt, upstream) {
  const list = Array.isArray(outputs) ? outputs : [outputs];
  const order = topologicalOrder(list);
  const active = dependents(order, wrt);
  const accumulated = /* @__PURE__ */ new Map();
  const accumulate = (tensor, gradient) => {
    if (!sameShape(tensor.shape, gradient.shape))
      throw new GraftError("shape-mismatch", {
        op: `gradient of ${tensor.node.op}`,
        shapes: [tensor.shape, gradient.shape],
        rule: "a gradient has the shape of its tensor"
      });
    const slots = accumulated.get(tensor.node) ?? new Array(tensor.node.outputs.length).fill(void 0);
    const present = slots[tensor.index];
    slots[tensor.index] = present === void 0 ? gradient : add2(present, gradient);
    accumulated.set(tensor.node, slots);
  };
  list.forEach((output, i) => {
    if (active.has(output.node)) accumulate(output, upstream?.[i] ?? expand(constant2(1), output.shape));
  });
  for (const node of order.reverse()) {
    const slots = accumulated.get(node);
    if (slots === void 0 || !active.has(node) || node.inputs.length === 0) continue;
    const rule = gradientRules[node.op];
    if (rule === "none") continue;
    const results = rule(node, slots);
    node.inputs.forEach((operand, i) => {
      const gradient = results[i];
      if (gradient !== void 0 && active.has(operand.node)) accumulate(operand, gradient);
    });
  }
  return wrt.map((tensor) => accumulated.get(tensor.node)?.[tensor.index] ?? zerosLike(tensor));
}
function dependents(order, tensors) {
  const result = new Set(tensors.map((tensor) => tensor.node));
  for (const node of order) if (node.inputs.some((operand) => result.has(operand.node))) result.add(node);
  return result;
}
function zerosLike(tensor) {
  if (!isConcrete(tensor.shape))
    throw new GraftError("shape-mismatch", {
      op: "gradient",
      shapes: [tensor.shape],
      rule: "dimensions must be numbers"
    });
  return expand(constant2(0), tensor.shape);
}

// src/training/step-program.ts
var outputNames = {
  loss: "loss",
  term: (name) => `term/${name}`,
  gradient: (name) => `gradient/${name}`,
  state: (name) => `state/${name}/new`
};
function buildStep(model, player, layers, batchSize, losses = []) {
  const context = createContext(model, { batchSize, training: layers });
  const objective = player.objective(context);
  const average = (cost) => objective.weight === void 0 ? mean2(cost) : div2(sum(cost), sum(objective.weight));
  const base = average(objective.cost);
  const extra = losses.map((term) => ({ name: term.name, value: term.build(context, model, objective) }));
  const loss = extra.reduce((total, { value }) => add2(total, value), base);
  const playable = new Set(player.layers.filter((layer) => layers.has(layer)));
  const trained = model.parameters.filter(({ layer }) => playable.has(layer));
  const grads = gradients(
    loss,
    trained.map(({ name }) => context.parameter(name))
  );
  const ownLayer = new Map(model.state.map(({ name, layer }) => [name, layer]));
  const state = Object.entries(objective.state ?? {}).filter(([name]) => layers.has(ownLayer.get(name)));
  const outputs = {
    [outputNames.loss]: loss,
    ...Object.fromEntries(
      Object.entries(objective.terms ?? {}).map(([name, term]) => [outputNames.term(name), average(term)])
    ),
    ...Object.fromEntries(extra.map(({ name, value }) => [outputNames.term(name), mul2(value, 1)])),
    ...Object.fromEntries(trained.map(({ name }, i) => [outputNames.gradient(name), grads[i]])),
    ...Object.fromEntries(state.map(([name, tensor]) => [outputNames.state(name), tensor]))
  };
  return {
    program: optimiseProgram(program(outputs)),
    trained,
    noises: context.noises,
    writesState: state.map(([name]) => name)
  };
}
function isFrozenInput(model, step3) {
  const trained = new Set(step3.trained.map(({ name }) => inputNames.parameter(name)));
  const written2 = new Set(step3.writesState.map((name) => inputNames.state(name)));
  const known2 = /* @__PURE__ */ new Set([
    ...model.parameters.map(({ name }) => inputNames.parameter(name)),
    ...model.state.map(({ name }) => inputNames.state(name))
  ]);
  return (name) => known2.has(name) && !trained.has(name) && !written2.has(name);
}

// src/training/player-runner.ts
async function createPlayerRunner(model, player, layers, weights, source, options22) {
  const step3 = buildStep(model, player, layers, source.batchSize, options22.losses);
  const frozen = isFrozenInput(model, step3);
  const part = source.finite === void 0 ? { reason: "examples are drawn anew in each step" } : options22.memoryLimit === 0 ? { reason: "storing activations is turned off" } : await cacheFrozenPart(
    step3.program,
    model,
    frozen,
    weights,
    source.finite.table,
    source.batchSize,
    options22
  );
  const cache2 = "cache" in part ? part.cache : void 0;
  const used = cache2?.above ?? step3.program;
  const inputs = new Set(used.inputs.map(({ attributes }) => attributes.name));
  const arena = createParameterArena(
    step3.trained.map(({ name, shape: shape2, layer, decay }) => ({
      name,
      length: sizeOf(shape2),
      group: layer,
      decay
    })),
    { slots: [...slotsOf(options22.optimiser), ...options22.averageDecay === void 0 ? [] : ["average"]] }
  );
  for (const { name } of step3.trained) {
    arena.segment(name).set(weights.parameters[name]);
    weights.parameters[name] = arena.segment(name);
  }
  const groups = new Set(step3.trained.map(({ layer }) => layer));
  const optimiser = createOptimiser(options22.optimiser, arena, {
    groups: Object.fromEntries(
      Object.entries(options22.rates).flatMap(
        ([layer, rate2]) => groups.has(layer) ? [[layer, { rate: rate2 }]] : []
      )
    )
  });
  const average = options22.averageDecay === void 0 ? void 0 : createWeightAverage(arena, { decay: options22.averageDecay });
  const whole = batchFeeds(model.fields, source.batchSize);
  const cached = cache2 === void 0 ? void 0 : batchFeeds(cache2.fields, source.batchSize);
  const noise = noiseFeeds(step3.noises);
  const constants3 = Object.fromEntries(
    Object.entries(weightFeeds(weights)).filter(([name]) => inputs.has(name) && frozen(name))
  );
  const executable = await compile(used, {
    threads: options22.threads,
    device: options22.device,
    constants: constants3
  });
  const feeds = { ...whole.feeds, ...cached?.feeds, ...noise.feeds, ...weightFeeds(weights) };
  const gradientOf = (name) => {
    const { offset, length } = arena.segments.find((segment) => segment.name === name);
    return arena.gradient.subarray(offset, offset + length);
  };
  const bound = executable.bind(
    Object.fromEntries(
      Object.entries(feeds).filter(([name]) => inputs.has(name) && !Object.hasOwn(constants3, name))
    ),
    Object.fromEntries(step3.trained.map(({ name }) => [outputNames.gradient(name), gradientOf(name)]))
  );
  const rows = source.finite?.rows;
  const usesField = model.fields.some(({ name }) => inputs.has(inputNames.field(name)));
  return {
    arena,
    optimiser,
    average,
    flops: countFlops(used),
    trainedCount: arena.length,
    note: cache2 === void 0 ? part.reason : `frozen layers were computed once for each of ${cache2.table.count} examples, which saves ${cache2.flopsSaved} operations in each step`,
    batch: whole,
    noise,
    fill(index) {
      if (cached !== void 0 && cache2 !== void 0 && rows !== void 0) {
        cached.fill(cache2.table, rows(index));
        if (usesField) source.fill(index, whole);
      } else source.fill(index, whole);
    },
    async run() {
      await bound.run();
      for (const name of step3.writesState)
        weights.state[name].set(bound.outputs[outputNames.state(name)]);
      return bound.outputs[outputNames.loss][0];
    },
    terms: () => Object.fromEntries(
      Object.entries(bound.outputs).flatMap(
        ([name, value]) => name.startsWith("term/") ? [[name.slice(5), value[0]]] : []
      )
    ),
    dispose: () => executable.dispose()
  };
}
function averagedWeights(weights, runners) {
  const parameters = { ...weights.parameters };
  for (const { arena, average } of runners)
    if (average !== void 0)
      for (const { name, offset, length } of arena.segments)
        parameters[name] = average.average.subarray(offset, offset + length);
  return { parameters, state: weights.state };
}

// src/training/train.ts
var mutable = (weights) => {
  const { parameters, state } = copyWeights(weights);
  return { parameters: { ...parameters }, state: { ...state } };
};
async function train(options22) {
  const { model, stages, steps, resume } = options22;
  const { flopsLimit = Infinity } = options22;
  const elapsed = () => flopsLimit < Infinity ? flops / flopsLimit : step3 / steps;
  const lookNumber = () => Math.floor(elapsed() * Math.max(1, options22.looks) + 1e-9);
  const weights = mutable(resume ? unpack(resume, "weights", options22.start) : options22.start);
  let best = resume?.best ?? { step: 0, validation: Infinity };
  let bestWeights = resume ? unpack(resume, "best", options22.start) : options22.start;
  const looks = [...resume?.looks ?? []];
  const records = [...resume?.stages ?? []];
  let step3 = resume?.step ?? 0;
  let flops = resume?.flops ?? 0;
  let trainedParameters = resume?.trainedParameters ?? 0;
  let { sum: sum2, count: count3 } = resume?.sinceLook ?? { sum: 0, count: 0 };
  let converged = false;
  const player = model.players[model.players.length - 1];
  const evaluator = await createLossEvaluator(model, player, options22.validation, {
    batchSize: 256,
    threads: options22.threads,
    device: options22.device
  });
  try {
    for (let index = resume?.stage ?? 0; index < stages.length && step3 < steps && flops < flopsLimit; index++) {
      const stage = stages[index];
      const resumed = resume !== void 0 && index === resume.stage ? resume : void 0;
      const start = resumed?.stageStart ?? step3;
      const last = index === stages.length - 1;
      const runners = await createRunners(stage, weights);
      const stepFlops = runners.reduce((total, runner) => total + runner.flops, 0);
      const stageStartFlops = resumed?.stageStartFlops ?? flops;
      const end = start + stageSteps(
        stage,
        last,
        flopsLimit < Infinity ? { all: flopsLimit / stepFlops, left: (flopsLimit - stageStartFlops) / stepFlops } : { all: steps, left: steps - start }
      );
      const plan = createSchedule(stage.schedule ?? options22.schedule, {
        steps: end - start,
        ...options22.source.stepsPerEpoch === void 0 ? {} : { stepsPerEpoch: options22.source.stepsPerEpoch }
      });
      let schedule = resumed?.schedule ?? plan.start;
      let convergence = resumed?.convergence ?? unobserved;
      try {
        if (resumed !== void 0) restoreRunners(runners, resumed);
        trainedParameters = Math.max(
          trainedParameters,
          runners.reduce((n, r) => n + r.trainedCount, 0)
        );
        const look = async (rate2) => {
          const current = averagedWeights(weights, runners);
          const validation = await evaluator.evaluate(current, options22.stream.child("validation"));
          const entry = {
            step: step3,
            flops,
            training: count3 === 0 ? null : sum2 / count3,
            validation,
            learningRate: rate2,
            stage: index
          };
          looks.push(entry);
          options22.onLook?.(entry);
          sum2 = 0;
          count3 = 0;
          if (!Number.isFinite(validation))
            throw new GraftError("not-finite", {
              what: `the validation loss at update ${step3}`,
              hint: "A lower learning rate may help."
            });
          schedule = plan.observe(schedule, validation);
          convergence = observeLook(options22.convergence, convergence, validation);
          if (validation < best.validation) {
            best = { step: step3, validation };
            bestWeights = copyWeights(current);
          }
          return hasConverged(options22.convergence, convergence);
        };
        if (looks.length === 0) await look(options22.learningRate * plan.setting(0, schedule).rateFactor);
        else if (resumed === void 0)
          convergence = observeLook(options22.convergence, convergence, looks.at(-1).validation);
        converged = false;
        while (step3 < end) {
          options22.signal?.throwIfAborted();
          const looked = lookNumber();
          const { rateFactor, momentum } = plan.setting(step3 - start, schedule);
          const rate2 = options22.learningRate * rateFactor;
          for (const [i, runner] of runners.entries()) {
            runner.fill(step3);
            runner.noise.draw(options22.stream.child("noise").child(step3).child(i));
            const loss = await runner.run();
            if (!Number.isFinite(loss))
              throw new GraftError("not-finite", {
                what: `the training loss at update ${step3 + 1}`,
                hint: "A lower learning rate may help."
              });
            runner.optimiser.step(rate2, momentum === void 0 ? {} : { momentum });
            runner.average?.update();
            flops += runner.flops;
            if (i === runners.length - 1) {
              sum2 += loss;
              count3++;
            }
          }
          step3++;
          options22.onStep?.(step3);
          if (lookNumber() > looked || step3 === end) {
            converged = await look(rate2);
            if (converged && stage.length.kind === "convergence") break;
          }
          if (step3 < end && options22.onSnapshot !== void 0 && options22.wantsSnapshot?.())
            await options22.onSnapshot(
              snapshot(index, { start, flops: stageStartFlops }, runners, schedule, convergence)
            );
        }
        records.push({
          name: stage.name,
          layers: stage.layers,
          from: start,
          to: step3,
          note: runners.map(({ note }) => note).join("; ")
        });
        const final = copyWeights(averagedWeights(weights, runners));
        const next = stage.length.kind === "convergence" ? bestWeights : final;
        Object.assign(weights, mutable(next));
      } finally {
        for (const runner of runners) await runner.dispose();
      }
    }
    if (looks.length === 0) await firstLook();
  } finally {
    await evaluator.dispose();
  }
  return {
    weights: copyWeights(options22.keep === "best" ? bestWeights : weights),
    looks,
    stages: records,
    best,
    steps: step3,
    flops,
    trainedParameters,
    converged: converged || stages.length === 0
  };
  async function firstLook() {
    const validation = await evaluator.evaluate(weights, options22.stream.child("validation"));
    best = { step: 0, validation };
    const entry = { step: 0, flops: 0, training: null, validation, learningRate: 0, stage: 0 };
    looks.push(entry);
    options22.onLook?.(entry);
  }
  async function createRunners(stage, into) {
    const runners = [];
    for (const each2 of model.players)
      runners.push(
        await createPlayerRunner(model, each2, new Set(stage.layers), into, options22.source, {
          optimiser: options22.optimiser,
          rates: stage.rates ?? {},
          averageDecay: options22.averageDecay,
          losses: options22.losses ?? [],
          threads: options22.threads,
          device: options22.device,
          memoryLimit: options22.memoryLimit
        })
      );
    return runners;
  }
  function snapshot(stage, began, runners, scheduleState, convergenceState) {
    const vectors = runners.flatMap(({ optimiser, average }, i) => [
      ...Object.entries(optimiser.state().vectors).map(([name, v]) => [`player/${i}/${name}`, v]),
      ...average === void 0 ? [] : [[`player/${i}/average`, average.average.slice()]]
    ]);
    return {
      step: step3,
      stage,
      stageStart: began.start,
      stageStartFlops: began.flops,
      flops,
      trainedParameters,
      looks: [...looks],
      stages: [...records],
      sinceLook: { sum: sum2, count: count3 },
      best,
      convergence: convergenceState,
      schedule: scheduleState,
      updates: runners.map(({ optimiser, average }) => ({
        optimiser: optimiser.updates,
        average: average?.updates ?? 0
      })),
      arrays: { ...pack(weights, "weights"), ...pack(bestWeights, "best"), ...Object.fromEntries(vectors) }
    };
  }
}
function stageSteps(stage, last, { all, left }) {
  const { length } = stage;
  if (length.kind === "convergence" || last && length.kind === "share")
    return Math.max(1, Math.floor(left));
  const wanted = length.kind === "steps" ? length.steps : Math.round(length.share * all);
  return Math.max(1, Math.floor(Math.min(left, wanted)));
}
function restoreRunners(runners, from) {
  runners.forEach(({ optimiser, average }, i) => {
    const prefix = `player/${i}/`;
    const vectors = Object.fromEntries(
      Object.entries(from.arrays).flatMap(
        ([name, v]) => name.startsWith(prefix) ? [[name.slice(prefix.length), v]] : []
      )
    );
    const { average: averageVector, ...own } = vectors;
    const { optimiser: updates, average: averageUpdates } = from.updates[i];
    optimiser.restore({ updates, vectors: average === void 0 ? vectors : own });
    if (average !== void 0 && averageVector !== void 0)
      average.restore({ updates: averageUpdates, average: averageVector });
  });
}
function pack({ parameters, state }, prefix) {
  return Object.fromEntries([
    ...Object.entries(parameters).map(([name, v]) => [`${prefix}/parameters/${name}`, v.slice()]),
    ...Object.entries(state).map(([name, v]) => [`${prefix}/state/${name}`, v.slice()])
  ]);
}
function unpack({ arrays: arrays2 }, prefix, like) {
  const take = (kind) => Object.fromEntries(Object.keys(like[kind]).map((name) => [name, arrays2[`${prefix}/${kind}/${name}`]]));
  return { parameters: take("parameters"), state: take("state") };
}

// src/study/run-training.ts
var SNAPSHOT_INTERVAL = 5e3;
var ACTIVATION_LIMIT = 512 * 2 ** 20;
var EVALUATION_BATCH = 256;
async function runTraining(job, context) {
  const path = join16(context.directory, "snapshot.safetensors");
  const resume = readBack(path, context);
  const { training } = job;
  let last = context.now();
  let shown = last;
  const result = await train({
    model: job.model,
    start: job.start,
    stages: job.stages,
    ...job.losses === void 0 ? {} : { losses: job.losses },
    source: job.source ?? epochs(job.train, training.batch, job.stream.child("order")),
    validation: job.validation,
    steps: training.steps,
    looks: training.looks,
    ...job.flopsLimit === void 0 ? {} : { flopsLimit: job.flopsLimit },
    optimiser: training.optimiser,
    learningRate: job.learningRate,
    schedule: job.schedule ?? training.schedule,
    convergence: training.convergence,
    ...training.average === void 0 ? {} : { averageDecay: training.average },
    keep: job.keep ?? "best",
    stream: job.stream,
    threads: context.threads,
    device: context.device,
    memoryLimit: ACTIVATION_LIMIT,
    ...resume === void 0 ? {} : { resume },
    wantsSnapshot: () => context.signal.aborted || context.now() - last > SNAPSHOT_INTERVAL,
    onSnapshot: async (snapshot) => {
      writeSnapshot(path, snapshot);
      last = context.now();
      if (context.signal.aborted) throw new GraftError("interrupted", { what: "training" });
    },
    onLook: (look) => context.emit({ type: "look", step: look.step, training: look.training, validation: look.validation }),
    onStep: (step3) => {
      const now = context.now();
      if (now - shown < 200) return;
      shown = now;
      context.emit({ type: "progress", done: step3, total: training.steps, phase: "training" });
    }
  });
  return { ...result, weights: await withCodeDensity(job, result.weights, context) };
}
function readBack(path, context) {
  try {
    return readSnapshot(path);
  } catch (error) {
    if (!isGraftError(error)) throw error;
    context.emit({ type: "warning", text: `${error.message} Training starts from its beginning.` });
    removeSnapshot(path);
    return void 0;
  }
}
async function withCodeDensity(job, weights, context) {
  const { model } = job;
  if (model.codeDensity === void 0 || model.encode === void 0) return weights;
  const codes = await mapExamples(model, weights, job.train, model.encode, job.stream.child("codes"), {
    batchSize: EVALUATION_BATCH,
    threads: context.threads,
    device: context.device
  });
  const fitted = model.codeDensity.fit({ count: job.train.count, latent: codes.shape[0], data: codes.data });
  return { parameters: weights.parameters, state: { ...weights.state, ...fitted } };
}
var removeTrainingSnapshot = (directory) => removeSnapshot(join16(directory, "snapshot.safetensors"));

// src/study/run-recipe.ts
async function runRecipe(recipe2, seed, data, context) {
  const began = context.now();
  const prepared = await prepareRecipe(recipe2, await prepareData(recipe2.data, data, { where: "data" }));
  const { model, train: train2 } = prepared;
  const { training } = recipe2;
  const root = stream(seed);
  const source = prepared.source(training.batch, root.child("order"));
  const steps = stepsOf(recipe2, source);
  const { keep, steps: _, epochs: __, learningRate, ...rest } = training;
  const result = await runTraining(
    {
      model,
      start: freshWeights(model, root.child("init")),
      stages: [{ name: "all layers", layers: model.layers, length: { kind: "share", share: 1 } }],
      train: train2,
      source,
      keep,
      validation: prepared.validation,
      training: { ...rest, steps, convergence: convergenceRule.parse({}) },
      learningRate,
      stream: root.child("training")
    },
    context
  );
  const evaluation = await evaluateRecipe(
    recipe2,
    prepared,
    result.weights,
    root.child("evaluation"),
    context
  );
  const checkpoint = {
    model,
    weights: result.weights,
    data: prepared.tokenizer === void 0 ? { values: recipe2.values } : { unit: "running" },
    ...prepared.tokenizer === void 0 ? {} : { tokenizer: prepared.tokenizer }
  };
  const card = modelCard({
    title: recipe2.name,
    checkpoint,
    facts: [
      ["Updates", String(result.steps)],
      ["Batch", String(training.batch)],
      ["Learning rate", String(learningRate)],
      ["Seed", String(seed)]
    ],
    measurements: evaluation.measurements
  });
  saveCheckpoint(join17(context.directory, "checkpoint"), checkpoint, card);
  removeTrainingSnapshot(context.directory);
  return {
    seed,
    steps: result.steps,
    best: result.best,
    looks: result.looks,
    ...evaluation,
    seconds: context.earlier.wall + (context.now() - began) / 1e3
  };
}
function stepsOf({ training }, source) {
  if (training.steps !== void 0 && training.epochs === void 0) return training.steps;
  if (training.epochs !== void 0 && training.steps === void 0 && source.stepsPerEpoch !== void 0)
    return Math.round(training.epochs * source.stepsPerEpoch);
  throw new GraftError("invalid-value", {
    what: "length of the training",
    received: training,
    allowed: "steps, or epochs where there are finitely many examples",
    where: "training"
  });
}
async function prepareRecipe(recipe2, data) {
  const part = data[recipe2.evaluation.part];
  if (data.train.kind === "image") {
    const encoding = { kind: "image", values: recipe2.values };
    const { channels, height, width } = data.train;
    const train3 = encodeSet(data.train, encoding).table;
    return {
      model: createModel(recipe2.family, { ...recipe2.model, image: [channels, height, width] }),
      train: train3,
      source: (batch, draws) => epochs(train3, batch, draws),
      validation: encodeSet(data.validation, encoding).table,
      evaluated: encodeSet(part, encoding)
    };
  }
  const random = recipe2.windows === "random";
  const items = data.train.unit === "item";
  const tokenizer = trainTokenizer(recipe2.tokenizer, data.train.documents, !random);
  const context = recipe2.model.context ?? 64;
  const model = createModel(recipe2.family, {
    ...recipe2.model,
    context,
    vocabulary: tokenizer.vocabularySize
  });
  const passages = (set) => joinPassages(set.documents.map((text2) => tokenizer.encode(text2)));
  const encoded = (set) => random ? consecutiveWindows(passages(set), context, tokenizer) : encodeSet(examplesOf(set, data.window), { kind: "text", tokenizer, context, ends: items });
  const train2 = encoded(data.train).table;
  return {
    model,
    train: train2,
    source: (batch, draws) => random ? randomWindows(passages(data.train), context, batch, draws) : epochs(train2, batch, draws),
    validation: encoded(data.validation).table,
    evaluated: encoded(part),
    ...random ? { passages: passages(part) } : {},
    tokenizer
  };
}
function consecutiveWindows(text2, length, tokenizer) {
  const rows = [];
  for (let p = 0; p + 1 < text2.starts.length; p++)
    for (let start = text2.starts[p]; start + 1 < text2.starts[p + 1]; start += length) {
      const end = Math.min(start + length, text2.starts[p + 1] - 1);
      const tokens = new Int32Array(length);
      const targets = new Int32Array(length).fill(NO_TARGET);
      tokens.set(text2.ids.subarray(start, end));
      targets.set(text2.ids.subarray(start + 1, end + 1));
      rows.push({ tokens, targets });
    }
  const join18 = (name) => {
    const data = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      data.set(row[name], i * length);
    });
    return { shape: [length], data };
  };
  const bytes2 = text2.ids.reduce((total, id) => total + tokenizer.tokenBytes[id], 0);
  return {
    table: { count: rows.length, fields: { tokens: join18("tokens"), targets: join18("targets") } },
    representation: `text by ${tokenizer.kind} tokens (vocabulary ${tokenizer.vocabularySize}), consecutive windows of ${length}`,
    text: { item: new Int32Array(rows.length), bytes: Float64Array.of(bytes2) }
  };
}
async function evaluateRecipe({ evaluation }, { model, evaluated, passages }, weights, draws, context) {
  const run = { threads: context.threads, device: context.device };
  const measurements = await measureLikelihood(
    model,
    weights,
    evaluated,
    { on: "target", split: evaluation.part },
    draws.child("codes"),
    { ...run, batchSize: EVALUATION_BATCH, importanceSamples: evaluation.importanceSamples }
  );
  if (passages === void 0) return { measurements };
  const player = model.players.at(-1);
  const lossOf = async (table2) => {
    const evaluator = await createLossEvaluator(model, player, table2, {
      ...run,
      batchSize: EVALUATION_BATCH
    });
    try {
      return await evaluator.evaluate(weights, draws);
    } finally {
      await evaluator.dispose();
    }
  };
  const targets = evaluated.table.fields.targets.data;
  const wholePart = {
    loss: await lossOf(evaluated.table),
    tokens: targets.reduce((n, id) => n + (id === NO_TARGET ? 0 : 1), 0)
  };
  if (evaluation.estimateBatches === void 0) return { measurements, wholePart };
  const estimated = randomTable(model, passages, evaluation.estimateBatches, draws.child("estimate"));
  return {
    measurements,
    wholePart,
    estimate: { loss: await lossOf(estimated), batches: evaluation.estimateBatches }
  };
}
function randomTable(model, text2, batches, draws) {
  const length = model.fields[0].shape[0];
  const count3 = batches * 12;
  const batch = batchFeeds(model.fields, count3);
  randomWindows(text2, length, count3, draws).fill(0, batch);
  const field = (name) => ({ shape: [length], data: batch.feeds[inputNames.field(name)] });
  return { count: count3, fields: { tokens: field("tokens"), targets: field("targets") } };
}

// ../../../tmp/recipe-run.ts
var [file, out, ...seeds] = process.argv.slice(2);
var recipe = parseRecipe(parse3(readFileSync(file, "utf8")), file);
if (process.env.STEPS) {
  delete recipe.training.epochs;
  recipe.training.steps = Number(process.env.STEPS);
  recipe.training.looks = 5;
}
for (const seed of seeds.map(Number)) {
  const directory = `${out}/${recipe.name}-${seed}`;
  mkdirSync(directory, { recursive: true });
  let n = 0;
  const r = await runRecipe(recipe, seed, dataContext("/tmp", process.env.GRAFT_DATA), { directory, base: "/tmp", dependency: () => {
    throw 0;
  }, now: () => performance.now(), emit: (e) => {
    if (e.type !== "progress" && n++ % 10 === 0) console.log(JSON.stringify(e));
  }, signal: new AbortController().signal, threads: 1, device: "cpu", earlier: { wall: 0, cpu: 0 } });
  const { looks, ...rest } = r;
  writeFileSync(`${directory}/result.json`, JSON.stringify(r, null, 1));
  console.log(JSON.stringify(rest));
}
