export type { Column, Output, Result, Row, View } from './port.js';
export { FORMATS, type Format } from './forms.js';
export { TerminalOutput, type ErrorDocument, type OutputOptions } from './output.js';
export { replaceFile } from './replace-file.js';
export { PipeClosed } from './writer.js';
export { cleanLine, cleanText } from './sanitise.js';
export { askChoice, askSecret, askText, askYesNo, type PromptSurface } from './prompt.js';
