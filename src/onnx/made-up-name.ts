/** Whether an exporter made the name of a stored tensor up: `onnx::MatMul_123`, `val_7`, `123`. */
export const madeUpName = (name: string): boolean => /^(onnx::|val_|const|_|t\d|\d+$)/i.test(name);
