/**
 * Graft as a library: the same pieces that the command line is made of.
 *
 * A study: `parseStudy` -> `planStudy` -> `openStore` and `runPlan` -> `planReport` -> `reportHtml`. A model by itself:
 * `loadCheckpoint` -> `drawImages` or `drawTokens`, `exportModel`, `evaluateCheckpoint`. Numbers: `computeMetric`.
 */

// Errors and randomness
export { bibtex, type Citation, citationText } from './citation.ts';
// Data
export { checkData, type DataCheck } from './data/check-data.ts';
export { type DataContext, dataContext } from './data/data-context.ts';
export type { DataSet, ImageSet, TextSet } from './data/data-set.ts';
export type { DataSpec } from './data/data-spec.ts';
export { type DataDescription, describeData } from './data/describe-data.ts';
export { loadDataSet } from './data/load-data-set.ts';
export { type PreparedData, prepareData } from './data/prepare-data.ts';
export { namedSets } from './data/sources/named-sets.ts';
export type { Tokenizer } from './data/tokenizers/tokenizer.ts';
export { trainTokenizer } from './data/tokenizers/train-tokenizer.ts';
// Tensor programs
export { type CompileOptions, compile } from './engine/compile.ts';
export { type Device, listDevices } from './engine/device.ts';
export { type ErrorCode, type Facts, GraftError, isGraftError } from './errors.ts';
// Feature networks
export { type FeatureNetwork, loadFeatureNetwork } from './features/feature-network.ts';
export { type FeatureNetworkName, featureNetworks } from './features/index.ts';
// Models and techniques
export { checkSong, checkTune, type TuneFacts } from './formats/music/check-tune.ts';
export { readWords, wordsOf } from './formats/music/event-words.ts';
export { readMidi, writeMidi } from './formats/music/midi.ts';
export { readAbc } from './formats/music/read-abc.ts';
export { type Song, songOf } from './formats/music/song.ts';
export type { Tune } from './formats/music/tune.ts';
// Metrics
export { type ArrayInput, type ArrayMeasurement, computeMetric } from './metrics/evaluate-arrays.ts';
export { type MetricName, metrics } from './metrics/index.ts';
export type { Metric, MetricResult } from './metrics/metric.ts';
export { type Adapter, type AdapterConfig, mergeAdapter, withAdapter } from './models/adapter.ts';
export { type Checkpoint, loadAdapted, loadCheckpoint, saveCheckpoint } from './models/checkpoint.ts';
export { drawImages, drawTokens } from './models/draw-samples.ts';
export { type ExportedProgram, exportModel } from './models/export-model.ts';
export { fetchHubModel } from './models/fetch-hub-model.ts';
export { type Imported, importCheckpoint } from './models/import-checkpoint.ts';
export { importOnnx } from './models/imported/import-onnx.ts';
export type { OnnxImportOptions } from './models/imported/onnx-import-options.ts';
export { createModel, type Family, type FamilyName, families } from './models/index.ts';
export type { Model, Weights } from './models/model.ts';
export { hubModel } from './models/model-folder.ts';
export { refitCheckpoint } from './models/refit-checkpoint.ts';
export type { TensorFate } from './models/transplant.ts';
export { withSettings } from './models/with-settings.ts';
export { exportProgram } from './onnx/export-program.ts';
// Running them, and what they left
export { type ProgressAction, reduceProgress } from './queue/progress.ts';
export { type PlanOutcome, type RunPlanOptions, runPlan } from './queue/run-plan.ts';
export { type Stream, stream } from './random.ts';
// Reports
export { describeEnvironment } from './report/describe-environment.ts';
export { reportHtml } from './report/html/report-html.ts';
export { planReport } from './report/plan-report.ts';
export { reportCsv } from './report/report-csv.ts';
export type { ReportData } from './report/report-data.ts';
export { reportJson } from './report/report-json.ts';
export { reportMarkdown } from './report/report-markdown.ts';
// Statistics beyond those of studies: scores of many tasks, ranks, preferences, agreement, small samples
export {
  averageScoreDistribution,
  interquartileMean,
  meanOfTasks,
  medianOfTasks,
  optimalityGap,
  probabilityOfImprovement,
  scoreDistribution,
  stratifiedBootstrap,
} from './statistics/aggregate-scores.ts';
export { binomialTest, clopperPearsonInterval, wilsonInterval } from './statistics/binomial.ts';
export { bradleyTerry } from './statistics/bradley-terry.ts';
export { kendall, pearson, somersD, spearman, weightedKendall } from './statistics/correlation.ts';
export { friedman } from './statistics/friedman.ts';
export { mannWhitney } from './statistics/mann-whitney.ts';
export { nemenyi, nemenyiCriticalDifference, nemenyiCriticalValue } from './statistics/nemenyi.ts';
export { signFlipTest } from './statistics/sign-flip-test.ts';
export { wilcoxonSignedRank } from './statistics/wilcoxon-signed-rank.ts';
export { openStore, openStoreForReading } from './store/open-store.ts';
export type { Store, StoreReader } from './store/store.ts';
// Studies
export { compareItems, type ItemComparison } from './study/compare-items.ts';
export { type CompareTrialsOptions, compareTrials, type StudyComparison } from './study/compare-trials.ts';
export { type Evaluation, evaluateCheckpoint } from './study/evaluate-checkpoint.ts';
export type { Measurement } from './study/measurement.ts';
export { planStudy } from './study/plan-study.ts';
export { parseRecipe, type RecipeSpec } from './study/recipe-spec.ts';
export { runStep } from './study/run-step.ts';
export type { RunStep, Step, StepContext, StepEvent } from './study/step.ts';
export { recipeJsonSchema, studyJsonSchema } from './study/study-json-schema.ts';
export type { StudyPlan } from './study/study-plan.ts';
export { parseStudy, type StudyInput, type StudySpec } from './study/study-spec.ts';
export { judgeSuitability, type Suitability, suitabilityText } from './study/suitability.ts';
export type { TrialResult } from './study/trial-result.ts';
export { type Verdict, verdict } from './study/verdict.ts';
export { type TechniqueName, techniques } from './techniques/index.ts';
export type { Technique } from './techniques/technique.ts';
export { constant, input } from './tensor/build.ts';
export { evaluate } from './tensor/evaluate.ts';
export * as arrangement from './tensor/functions/arrangement.ts';
export * as elementwise from './tensor/functions/elementwise.ts';
export * as linear from './tensor/functions/linear.ts';
export * as loss from './tensor/functions/loss.ts';
export * as normalisation from './tensor/functions/normalisation.ts';
export * as reduction from './tensor/functions/reduction.ts';
export { gradients } from './tensor/gradient.ts';
export { type Program, program } from './tensor/program.ts';
export type { Tensor } from './tensor/tensor.ts';
export { schedules } from './training/schedules/index.ts';
