import type { say } from '../returns'
import type { Translation } from '../room'

export const returns: Translation<typeof say> = {
  title: 'रिटर्न',
  yours: 'आपका रिटर्न',
  xirrTip: 'विस्तारित आंतरिक प्रतिफल दर',
  aYear: 'सालाना',
  yoursSay: 'आपके पैसे ने कैसा किया: वह कब आया और गया, यह भी गिना जाता है।',
  young: 'मानो पूरा साल ऐसा ही रहे।',
  several: 'इन लेन-देन पर दूसरी दरें भी बैठती हैं।',
  weighted: 'समय-भारित',
  twrTip: 'समय-भारित रिटर्न',
  inAll: 'कुल',
  weightedSay: 'होल्डिंग ने कैसा किया: पैसा कब आया-गया, यह हटाकर।',
  profit: 'लाभ / हानि %',
  onCost: 'लागत पर',
  profitSays: 'जो रखा है उसकी लागत पर लाभ। इसमें समय नहीं गिना।',
  fall: 'सबसे बड़ी गिरावट',
  volatility: 'उतार-चढ़ाव',
  realised: 'इस वित्त वर्ष में बेचकर मिला',
  since: 'कब से',
  failed: 'रिटर्न नहीं पढ़े जा सके।',
  tryAgain: 'फिर कोशिश करें',
  working: 'हिसाब हो रहा है…',
}
