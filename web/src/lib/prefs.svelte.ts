/** What a reader likes, kept in this browser; one object, saved whole. */
export interface Prefs { theme: 'system' | 'light' | 'dark'; palette: 'safe' | 'classic' | 'east'; hidden: boolean; scope: string; keys: boolean }

function saved(): Partial<Prefs> {
  try { return JSON.parse(localStorage.getItem('prefs') ?? '{}') as Partial<Prefs> } catch { return {} }
}
export const prefs = $state<Prefs>({ theme: 'system', palette: 'safe', hidden: false, scope: '', keys: true, ...saved() })

/** Shows the choices on the page and keeps them. */
export function applyPrefs() {
  const root = document.documentElement
  if (prefs.theme === 'system') delete root.dataset.theme
  else root.dataset.theme = prefs.theme
  root.dataset.palette = prefs.palette
  try { localStorage.setItem('prefs', JSON.stringify(prefs)) } catch { /* a full or forbidden store loses a preference, nothing else */ }
}
export const isDark = () => prefs.theme === 'dark' || (prefs.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches
