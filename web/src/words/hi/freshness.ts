import type { say } from '../freshness'
import type { Translation } from '../room'

export const freshness: Translation<typeof say> = {
  live: 'लाइव',
  closed: 'बाज़ार बंद है',
  stale: 'पुराने भाव',
  none: 'अभी कोई भाव नहीं',
  updated: 'पिछला अपडेट {ago}',
  next: 'अगला {minutes} मिनट में',
  asking: 'पूछा जा रहा है…',
  again: '{seconds} सेकंड में फिर',
  refresh: 'अभी अपडेट करें',
  demo: 'डेमो भाव, असली नहीं',
  demoTip: 'ये भाव अंदर बने डेमो बाज़ार के हैं, असली नहीं',
  old: { one: '{count} भाव पुराना है', other: '{count} भाव पुराने हैं' },
  demoAge: 'डेमो, {age}',
  tip: '{when}, स्रोत: {source}; पिछली पुष्टि {confirmed}',
  tipHeld: 'नया भाव ग़लत लगता है और दूसरी पुष्टि का इंतज़ार कर रहा है।',
  tipOld: 'इससे नया भाव नहीं मिला।',
  inDoubt: 'नए भाव पर शक है',
  nav: 'NAV, {day}',
  close: 'बंद भाव, {day}',
  byHand: 'हाथ से दर्ज, {day}',
  today: 'आज',
  yesterday: 'कल',
  theDemo: 'डेमो बाज़ार',
  ownEntry: 'आपकी अपनी प्रविष्टि',
}
