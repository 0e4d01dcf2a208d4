import { join } from 'node:path';
import type { Env } from '../../context/paths.js';
import { openJsonDocument, type ContainerPath } from './json-document.js';
import { openTomlDocument } from './toml-document.js';
import type { ConfigDocument } from './document.js';

/** Where a program keeps its MCP servers, and in which form. */
export interface McpClient {
  readonly id: ClientId;
  readonly title: string;
  /** Files of the user, the first that exists counts; then those of a project, relative to its folder. */
  readonly userFiles: (place: Place) => readonly string[];
  readonly projectFile?: string;
  readonly open: (path: string, text: string) => Promise<ConfigDocument>;
}

export const CLIENT_IDS = [
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'windsurf',
  'zed',
  'codex',
  'gemini',
] as const;
export type ClientId = (typeof CLIENT_IDS)[number];

export interface Place {
  readonly home: string;
  readonly env: Env;
  readonly platform: NodeJS.Platform;
}

const json =
  (...containers: ContainerPath[]) =>
  (path: string, text: string) =>
    openJsonDocument(path, text, containers);

/** The folder in which desktop programs keep their settings. */
function settingsFolder({ home, env, platform }: Place): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return env['APPDATA'] ?? join(home, 'AppData', 'Roaming');
  return env['XDG_CONFIG_HOME'] ?? join(home, '.config');
}

export const CLIENTS: readonly McpClient[] = [
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    userFiles: (place) => [join(settingsFolder(place), 'Claude', 'claude_desktop_config.json')],
    open: json(['mcpServers']),
  },
  {
    id: 'claude-code',
    title: 'Claude Code',
    userFiles: ({ home }) => [join(home, '.claude.json')],
    projectFile: '.mcp.json',
    open: json(['mcpServers'], ['projects', '*', 'mcpServers']),
  },
  {
    id: 'cursor',
    title: 'Cursor',
    userFiles: ({ home }) => [join(home, '.cursor', 'mcp.json')],
    projectFile: join('.cursor', 'mcp.json'),
    open: json(['mcpServers']),
  },
  {
    id: 'vscode',
    title: 'Visual Studio Code',
    userFiles: (place) => [join(settingsFolder(place), 'Code', 'User', 'mcp.json')],
    projectFile: join('.vscode', 'mcp.json'),
    open: json(['servers']),
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    userFiles: ({ home }) => [join(home, '.codeium', 'windsurf', 'mcp_config.json')],
    open: json(['mcpServers']),
  },
  {
    id: 'zed',
    title: 'Zed',
    userFiles: (place) => [
      place.platform === 'win32'
        ? join(settingsFolder(place), 'Zed', 'settings.json')
        : join(place.env['XDG_CONFIG_HOME'] ?? join(place.home, '.config'), 'zed', 'settings.json'),
    ],
    projectFile: join('.zed', 'settings.json'),
    open: json(['context_servers']),
  },
  {
    id: 'codex',
    title: 'Codex',
    userFiles: ({ home, env }) => [join(env['CODEX_HOME'] ?? join(home, '.codex'), 'config.toml')],
    open: (path, text) => openTomlDocument(path, text, 'mcp_servers'),
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    userFiles: ({ home }) => [join(home, '.gemini', 'settings.json')],
    projectFile: join('.gemini', 'settings.json'),
    open: (path, text) => openJsonDocument(path, text, [['mcpServers']], true),
  },
];

/** A file nobody told us the owner of: its ending and its members say what it is. */
export const anyClient = (path: string): McpClient['open'] =>
  path.endsWith('.toml')
    ? (file, text) => openTomlDocument(file, text, 'mcp_servers')
    : json(['mcpServers'], ['servers'], ['context_servers'], ['projects', '*', 'mcpServers']);
