import { usageError } from '../../errors/index.js';

export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection ends with the reply. */
  readonly last: boolean;
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t -~\u0080-\u00ff]*$/;

/** The request as it is sent. @throws ThothctlError `usage` for a name or value that would be read as something else. */
export function requestText({ method, url, headers, body, last }: OutgoingRequest): Buffer {
  const fields = Object.entries({
    host: url.host,
    ...headers,
    ...((body !== undefined || !/^(?:GET|HEAD|DELETE)$/.test(method)) && {
      'content-length': String(Buffer.byteLength(body ?? '')),
    }),
    connection: last ? 'close' : 'keep-alive',
  });
  for (const [name, value] of fields) {
    if (!NAME.test(name) || !VALUE.test(value))
      throw usageError(
        `The header ${JSON.stringify(name)} cannot be sent as it is.`,
        'Check its characters.',
      );
  }
  if (!NAME.test(method))
    throw usageError(
      `${JSON.stringify(method)} is no method of HTTP.`,
      'Use GET, POST, PUT, PATCH or DELETE.',
    );
  const head = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body ?? '')]);
}
