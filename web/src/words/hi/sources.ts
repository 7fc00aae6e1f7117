import type { Translation } from '../room'
import type { say } from '../sources'

export const sources: Translation<typeof say> = {
  sources: 'भाव के स्रोत',
  ecbName: 'यूरोपीय केंद्रीय बैंक',
  demoName: 'डेमो बाज़ार (असली नहीं)',
  amfi: 'हर भारतीय फ़ंड का NAV, दिन में एक बार',
  ecb: 'विनिमय दरें, दिन में एक बार',
  yahoo: 'दुनिया भर के शेयर और ETF, हर 10 मिनट में',
  demo: 'नक़ली बाज़ार, घूमकर देखने के लिए',
  termsYahoo: 'Yahoo की शर्तें बिना अनुमति अपने-आप डेटा लेना मना करती हैं; इसे सिर्फ़ अपने निजी उपयोग के लिए और अपने जोखिम पर चालू करें।',
  fixed: 'इस सर्वर के environment से तय',
  both: '{about}। {fixed}',
  tick: 'इस पर टिक करें, या {name} बंद करें',
}
