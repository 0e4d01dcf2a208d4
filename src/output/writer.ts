/** Where rendered text goes. A write settles when the text has left the process, so slow readers set the pace. */
export interface Sink {
  write(text: string): Promise<void>;
}

/** The reader went away (`| head`). Not a failure: the command ends quietly with exit 0. */
export class PipeClosed extends Error {
  override readonly name = 'PipeClosed';
}

const isClosedPipe = (error: Error) =>
  'code' in error &&
  (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED' || error.code === 'EOF');

/** Sink over a process stream. Waiting for the callback is what makes large output arrive whole in a slow pipe. */
export function streamSink(stream: NodeJS.WritableStream): Sink {
  return {
    write: (text) =>
      text === ''
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            stream.write(text, (error) => {
              if (!error) resolve();
              else reject(isClosedPipe(error) ? new PipeClosed('The reader closed the pipe.') : error);
            });
          }),
  };
}
