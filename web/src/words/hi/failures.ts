import type { say } from '../failures'
import type { Translation } from '../room'

export const failures: Translation<typeof say> = {
  not_found: '{source} इसे नहीं जानता।',
  no_data: '{source} के पास अभी इसका भाव नहीं है।',
  forbidden_plan: '{source} इसका भाव केवल सशुल्क प्लान में देता है।',
  rate_limited: '{source} ने रुकने को कहा है।',
  quota_exhausted: '{source} का कोटा ख़त्म है।',
  auth: '{source} हमारी कुंजी नहीं मान रहा।',
  blocked: '{source} पहुँचने नहीं दे रहा।',
  contract_changed: '{source} का उत्तर अनजान रूप में आ रहा है।',
  transient: '{source} उत्तर नहीं दे रहा।',
  other: '{source} ने भाव नहीं दिया।',
  mendPrice: 'ऐसा स्रोत चालू करें जो {exchange} पर {own} में {symbol} को जानता हो, या इसका नाम सुधारें।',
  mendPriceByHand: '{symbol} का भाव दर्ज करें: कोई स्रोत इसका भाव नहीं देता।',
  mendLine: '{symbol} का वह रूप चुनें जिसका सौदा {own} में होता है।',
  mendRates: 'विनिमय दरों का स्रोत चालू करें: {own} से {currency} की दर पता नहीं है।',
  mendCostRate: '{symbol} के जिन लेन-देन में {own} से {currency} की दर नहीं है, उनमें दर्ज करें।',
  mendCost: '{symbol} की जो यूनिट ट्रांसफ़र से आईं, उनकी लागत बताएँ।',
}
