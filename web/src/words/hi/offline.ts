import type { Translation } from '../room'
import type { say } from '../offline'

export const offline: Translation<typeof say> = {
  title: 'आप ऑफ़लाइन हैं',
  refused: 'आप ऑफ़लाइन हैं। कुछ भी सहेजा नहीं गया।',
  noAnswer: 'सर्वर ने उत्तर नहीं दिया',
  noAnswerYet: 'सर्वर ने उत्तर नहीं दिया।',
  unsure: 'सर्वर ने उत्तर नहीं दिया। हो सकता है यह सहेजा न गया हो: फिर कोशिश करें।',
  wrong: 'कुछ गड़बड़ हुई',
  figuresOf: 'ऑफ़लाइन – {when} के आँकड़े',
  unansweredOf: 'सर्वर उत्तर नहीं दे रहा – {when} के आँकड़े',
  nothingKept: 'ऑफ़लाइन – यह इस डिवाइस पर पहले नहीं पढ़ा गया',
  safe: 'आपका डेटा सुरक्षित है। सर्वर शुरू हो रहा होगा, या कनेक्शन बंद होगा।',
  safeOffline: 'आपका डेटा सर्वर पर सुरक्षित है। इस डिवाइस पर दिखाने के लिए उसका कुछ नहीं है।',
  tryAgain: 'फिर कोशिश करें',
}
