import type { say } from '../password'
import type { Translation } from '../room'

export const password: Translation<typeof say> = {
  password: 'पासवर्ड',
  show: 'पासवर्ड दिखाएँ',
  more: { one: '{count} अक्षर और', other: '{count} अक्षर और' },
  easy: 'लंबा है, पर आसान है: ज़्यादातर नाम, आम शब्द या एक ही अक्षर',
  good: 'काफ़ी लंबा है, और आम नहीं है',
  atLeast: 'कम से कम {least} अक्षर',
  hint: '{least} या ज़्यादा अक्षर। चार सादे शब्द काफ़ी हैं; अंक और चिह्न ज़रूरी नहीं।',
}
