// What an error of JSON-RPC 2.0 says of its cause, and what MCP adds to that.

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
/** The sender is not at fault, or a message of a server could be read in two ways. */
export const INTERNAL_ERROR = -32603;
/** Headers and body of a request disagree; it goes with status 400. */
export const HEADER_MISMATCH = -32020;
export const MISSING_CAPABILITY = -32021;
export const UNSUPPORTED_VERSION = -32022;
