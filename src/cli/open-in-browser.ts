import type { Terminal } from './terminal.ts';

/** Opens a file in the browser where there is one to be seen; never fails. */
export async function openInBrowser(path: string, terminal: Terminal): Promise<void> {
  const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION, WSL_DISTRO_NAME } = terminal.environment;
  const screen = process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY || WSL_DISTRO_NAME;
  if (!screen || SSH_CONNECTION) return;
  try {
    const { default: open } = await import('open');
    const child = await open(path);
    child.on('error', () => {});
    child.unref();
  } catch {
    // Where no browser can be started, the path has been printed.
  }
}
