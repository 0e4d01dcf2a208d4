/** Makes a new data directory of a backup file. The directory must be empty or not exist. */
export async function restoreServer(
  file: string,
  dataDir: string | undefined,
): Promise<{ readonly restored: string; readonly data_dir: string }> {
  const { defaultDataFolder, restoreBackup } = await import('../../server/index.js');
  const target = dataDir ?? defaultDataFolder();
  await restoreBackup(file, target);
  return { restored: file, data_dir: target };
}
