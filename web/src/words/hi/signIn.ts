import type { Translation } from '../room'
import type { say } from '../signIn'

export const signIn: Translation<typeof say> = {
  title: 'साइन इन',
  to: 'इस सर्वर के Tickfolio में',
  email: 'ईमेल',
  emailMissing: 'अपना ईमेल पता लिखें',
  passwordMissing: 'अपना पासवर्ड लिखें',
  signIn: 'साइन इन करें',
  signingIn: 'साइन इन हो रहा है…',
  wrong: 'ईमेल या पासवर्ड ग़लत है',
  wrongWhy: 'भूल गए? इस सर्वर के एडमिन नया पासवर्ड दे सकते हैं।',
  tooMany: 'बहुत ज़्यादा कोशिशें',
  wait: 'आप {seconds} सेकंड में फिर कोशिश कर सकते हैं। कोई खाता बंद नहीं हुआ है।',
  noAnswer: 'सर्वर ने उत्तर नहीं दिया',
  noAnswerWhy: 'आप साइन इन नहीं हैं।',
  firstTime: 'यहाँ पहली बार?',
  signUp: 'खाता बनाएँ',
}
