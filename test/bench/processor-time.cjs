// Required before a measured program: writes what it cost all its threads, in milliseconds, to $BENCH_PROCESSOR_TIME.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.BENCH_PROCESSOR_TIME, String((user + system) / 1000));
});
