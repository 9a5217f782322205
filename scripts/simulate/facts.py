"""Rounded stylised facts behind the simulated example: rough levels of provinces and industries, typed in.

They only give the simulated economy its scale and its geography (the coast trades, the west is sparsely settled, cars
and electronics take most robots). They are rounded on purpose and are no statistics.
"""

from __future__ import annotations

# One row a province, some columns for 2013 and 2022. gdp: 2013, 10^9 CNY; pop: 10^4 persons; area: 10^4 km2; urb:
# urban share %; opn: trade/GDP %; fin: loans/GDP %; gov: expenditure/GDP %; pwr: electricity, 10^9 kWh; ln_co2: log of
# 10^4 t; factory: manufacturing's weight in employment relative to the country; coal: raw coal's share of CO2, %.
PROVINCE_FACTS = """
province        gdp pop13 pop22   area urb13 urb22 opn13 opn22 fin13 fin22 gov13 gov22 pwr13 pwr22 ln_co2 factory coal
beijing        2100  2120  2185   1.64  86.4  87.5 109.7  76.1   215   255  20.5  18.4    91   128   9.20    1.15   25
tianjin         990  1410  1365   1.19  82.0  85.1  68.1  45.1   215   290  25.6  17.4    78    95   9.80    1.60   45
hebei          2450  7290  7420  18.88  48.0  61.7  12.4  11.9   100   180  18.4  22.5   325   434  11.50    1.00   64
shanxi         1200  3540  3480  15.67  53.0  64.0   7.1   6.6   125   140  25.6  23.6   183   273  11.45    0.80   80
inner_mongolia 1150  2450  2400 118.30  59.0  68.6   5.8   5.8   113   118  31.8  25.6   218   420  11.50    0.70   80
liaoning       1900  4370  4200  14.80  66.5  73.0  32.7  23.9   160   195  27.7  22.0   201   255  11.20    1.10   50
jilin           950  2670  2350  18.74  55.5  63.7  15.0  10.6   113   195  28.7  31.8    65    85  10.05    1.05   68
heilongjiang   1180  3670  3100  47.30  58.0  66.2  17.7  14.6    98   160  29.2  35.4    85   114  10.35    0.75   62
shanghai       2320  2420  2475   0.63  89.6  89.3 105.3  83.2   205   250  20.0  21.5   141   175  10.15    1.75   28
jiangsu        5950  8190  8515  10.72  64.4  74.4  50.4  39.4   115   180  13.5  12.5   496   740  11.40    1.60   55
zhejiang       3750  5780  6575  10.55  63.9  73.4  48.7  53.1   195   265  12.9  15.9   345   580  10.80    1.75   56
anhui          2060  5990  6125  14.01  47.9  60.2  11.9  14.6    95   150  21.5  19.1   153   299  10.55    0.90   72
fujian         2250  3890  4190  12.40  60.8  70.1  40.7  32.7   125   155  14.3  11.1   170   290  10.25    1.35   55
jiangxi        1430  4480  4530  16.69  49.0  62.1  14.2  18.6    93   165  24.6  23.3    95   198  10.00    1.00   66
shandong       4800  9750 10160  15.79  53.8  64.5  31.0  33.6   100   135  14.3  14.2   435   700  11.70    1.15   60
henan          3150  9570  9870  16.70  43.6  57.1  10.6  12.4    74   125  18.1  17.8   290   391  11.10    0.85   74
hubei          2500  5800  5845  18.59  54.5  64.6   8.0  10.2    90   140  17.9  16.5   163   265  10.45    1.05   60
hunan          2350  6600  6605  21.18  47.6  60.3   5.8  12.8    78   132  20.5  19.0   142   224  10.30    0.85   62
guangdong      6250 11270 12655  17.97  68.1  74.8  94.7  56.6   130   205  13.8  14.8   483   787  11.15    1.85   46
guangxi        1250  4730  5045  23.76  45.1  55.7  14.6  22.1   112   170  26.1  23.0   124   222  10.05    0.75   58
hainan          310   920  1027   3.54  52.8  61.5  25.7  25.7   165   180  32.8  31.6    23    42   8.85    0.60   40
chongqing      1300  3010  3215   8.24  58.3  71.0  28.8  24.8   145   188  24.1  17.2    81   141   9.65    1.10   62
sichuan        2640  8110  8375  48.60  45.0  58.4  13.3  15.9   122   175  24.1  21.5   195   345  10.35    0.85   48
guizhou         800  3630  3855  17.62  38.5  54.8   5.8   3.5   135   215  38.9  29.7   113   174  10.20    0.65   84
yunnan         1250  4640  4695  39.41  40.2  51.7  11.1  10.2   135   155  33.3  23.7   146   239   9.95    0.70   56
tibet            83   317   365 122.84  24.0  37.4  21.2   1.9   131   240 127.1 124.0     3    12   6.85    0.40   30
shaanxi        1600  3800  3955  20.56  52.0  64.0   6.9  13.1   104   152  23.6  21.1   115   234  10.70    0.85   78
gansu           600  2540  2490  42.58  40.5  54.2   9.3   4.7   160   255  39.5  38.9   107   150   9.80    0.70   58
qinghai         170   570   595  72.23  48.9  61.4   3.5   0.9   215   225  64.6  56.4    68    92   8.95    0.65   48
ningxia         230   665   728   6.64  52.8  66.3   7.5   4.4   185   205  41.0  32.3    81   125  10.30    0.85   82
xinjiang        840  2280  2587 166.49  45.0  57.9  17.7  12.2   130   165  37.4  33.1   154   347  11.00    0.60   66
"""

# Employment of 2004 by section of GB/T 4754-2002, million persons (agriculture, industry and services of one country).
SECTION_EMPLOYMENT = {
    "A": ("农、林、牧、渔业", 305.0),
    "B": ("采矿业", 8.0),
    "C": ("制造业", 92.0),
    "D": ("电力、燃气及水的生产和供应业", 4.0),
    "E": ("建筑业", 36.0),
    "F": ("交通运输、仓储和邮政业", 24.0),
    "G": ("信息传输、计算机服务和软件业", 3.5),
    "H": ("批发和零售业", 54.0),
    "I": ("住宿和餐饮业", 18.0),
    "J": ("金融业", 5.0),
    "K": ("房地产业", 4.0),
    "L": ("租赁和商务服务业", 7.0),
    "M": ("科学研究、技术服务和地质勘查业", 3.5),
    "N": ("水利、环境和公共设施管理业", 3.0),
    "O": ("居民服务和其他服务业", 24.0),
    "P": ("教育", 15.5),
    "Q": ("卫生、社会保障和社会福利业", 6.5),
    "R": ("文化、体育和娱乐业", 3.0),
    "S": ("公共管理和社会组织", 14.0),
}
# First and last division of each section.
SECTION_DIVISIONS = {
    "A": (1, 5),
    "B": (6, 11),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 59),
    "G": (60, 62),
    "H": (63, 65),
    "I": (66, 67),
    "J": (68, 71),
    "K": (72, 72),
    "L": (73, 74),
    "M": (75, 78),
    "N": (79, 81),
    "O": (82, 83),
    "P": (84, 84),
    "Q": (85, 87),
    "R": (88, 92),
    "S": (93, 97),
}
# Weight of a division in its section where it is not 1.
DIVISION_WEIGHTS = {
    "01": 12.0,
    "02": 0.6,
    "03": 3.0,
    "05": 0.5,
    "06": 4.0,
    "09": 0.6,
    "11": 0.1,
    "13": 3.2,
    "14": 1.6,
    "15": 1.3,
    "16": 0.3,
    "17": 7.5,
    "18": 6.0,
    "19": 3.6,
    "20": 1.8,
    "21": 1.5,
    "22": 1.8,
    "23": 1.2,
    "24": 1.5,
    "25": 0.9,
    "26": 4.2,
    "27": 1.4,
    "28": 0.5,
    "29": 1.0,
    "30": 2.6,
    "31": 6.8,
    "32": 3.0,
    "33": 1.6,
    "34": 3.4,
    "35": 4.6,
    "36": 3.0,
    "37": 4.0,
    "39": 4.6,
    "40": 4.6,
    "41": 1.1,
    "42": 1.8,
    "43": 0.2,
    "44": 6.0,
    "47": 8.0,
    "52": 7.0,
    "56": 0.1,
    "65": 3.0,
    "67": 4.0,
    "93": 0.5,
    "94": 6.0,
    "97": 2.0,
}

# Robots: the industries of the World Robotics table in its order, parents before children.
# code: (name, parent, share of China's installations %, share of the United States' %); parents have no shares.
ROBOT_INDUSTRIES = {
    "000": ("All Industries", None, None, None),
    "A-B": ("A-B-Agriculture, forestry, fishing", "000", 0.1, 0.1),
    "C": ("C-Mining and quarrying", "000", 0.1, 0.1),
    "D": ("D-Manufacturing", "000", None, None),
    "10-12": ("10-12-Food and beverages", "D", 4.5, 5.0),
    "13-15": ("13-15-Textiles", "D", 3.0, 0.5),
    "16": ("16-Wood and furniture", "D", 1.5, 0.6),
    "17-18": ("17-18-Paper", "D", 1.0, 0.9),
    "19-22": ("19-22-Plastic and chemical products", "D", None, None),
    "19": ("19-Pharmaceuticals, cosmetics", "19-22", 1.8, 2.4),
    "20-21": ("20-21-other chemical products n.e.c.", "19-22", 2.5, 1.6),
    "22": ("22-Rubber and plastic products (non-automotive)", "19-22", 5.5, 7.0),
    "229": ("229-Chemical products, unspecified", "19-22", 0.5, 0.4),
    "23": ("23-Glass, ceramics, stone, mineral products (non-auto", "D", 2.6, 1.0),
    "24-28": ("24-28-Metal", "D", None, None),
    "24": ("24-Basic metals", "24-28", 4.0, 3.0),
    "25": ("25-Metal products (non-automotive)", "24-28", 8.0, 6.0),
    "28": ("28-Industrial machinery", "24-28", 8.0, 4.0),
    "289": ("289-Metal, unspecified", "24-28", 0.8, 0.5),
    "26-27": ("26-27-Electrical/electronics", "D", None, None),
    "260": ("260-Electronic components/devices", "26-27", 7.0, 3.5),
    "261": ("261-Semiconductors, LCD, LED", "26-27", 4.0, 2.5),
    "262": ("262-Computers and peripheral equipment", "26-27", 2.5, 0.8),
    "263": ("263-Info communication equipment, domestic and prof.", "26-27", 3.5, 0.8),
    "265": ("265-Medical, precision, optical instruments", "26-27", 1.0, 1.8),
    "271": ("271-Electrical machinery n.e.c. (non-automotive)", "26-27", 2.5, 1.6),
    "275": ("275-Household/domestic appliances", "26-27", 2.0, 0.6),
    "279": ("279-Electrical/electronics unspecified", "26-27", 1.5, 0.4),
    "29": ("29-Automotive", "D", None, None),
    "291": ("291-Motor vehicles, engines and bodies", "29", 11.0, 24.0),
    "293": ("293-Automotive parts", "29", None, None),
    "2931": ("2931-Metal (AutoParts)", "293", 4.5, 9.0),
    "2932": ("2932-Rubber and plastic (AutoParts)", "293", 1.5, 3.5),
    "2933": ("2933-Electrical/electronic (AutoParts)", "293", 1.8, 3.0),
    "2934": ("2934-Glass (AutoParts)", "293", 0.4, 0.5),
    "2939": ("2939-Other (AutoParts)", "293", 2.0, 3.0),
    "299": ("299-Automotive unspecified", "29", 1.0, 2.0),
    "30": ("30-Other vehicles", "D", 2.5, 1.8),
    "91": ("91-All other manufacturing branches", "D", 3.0, 3.0),
    "E": ("E-Electricity, gas, water supply", "000", 0.1, 0.1),
    "F": ("F-Construction", "000", 0.3, 0.2),
    "P": ("P-Education/research/development", "000", 1.0, 1.4),
    "90": ("90-All other non-manufacturing branches", "000", 0.8, 0.8),
    "99": ("99-Unspecified", "000", 1.4, 1.6),
}
# Installations a year, thousands; China's rises smoothly, without the jump of 2021.
CHINA_INSTALLATIONS = {
    2006: 6.0, 2007: 7.0, 2008: 8.0, 2009: 6.0, 2010: 15.0, 2011: 23.0, 2012: 30.0, 2013: 48.0, 2014: 66.0, 2015: 84.0,
    2016: 105.0, 2017: 128.0, 2018: 152.0, 2019: 178.0, 2020: 206.0, 2021: 236.0, 2022: 268.0,
}  # fmt: skip
US_INSTALLATIONS = {
    2011: 19.0, 2012: 20.5, 2013: 22.0, 2014: 25.5, 2015: 26.0, 2016: 30.5, 2017: 31.0, 2018: 36.5, 2019: 31.5,
    2020: 29.5, 2021: 34.5, 2022: 39.0,
}  # fmt: skip
INITIAL_STOCK = {"china": 12.0, "us": 160.0}  # thousands, the year before the table's first

# United States, 1990: division: (title, {major group: thousands}).
US_DIVISIONS = {
    "A": ("Agriculture, forestry, and fishing", {"01": 900, "02": 950, "07": 490, "08": 30, "09": 50}),
    "B": ("Mining", {"10": 60, "12": 150, "13": 390, "14": 110}),
    "C": ("Construction", {"15": 1300, "16": 770, "17": 3050}),
    "D": (
        "Manufacturing",
        {
            "20": 1660, "21": 50, "22": 690, "23": 1040, "24": 730, "25": 510, "26": 700, "27": 1570, "28": 1090,
            "29": 160, "30": 890, "31": 130, "32": 560, "33": 760, "34": 1420, "35": 2100, "36": 1670, "37": 1990,
            "38": 1010, "39": 380,
        },
    ),
    "E": (
        "Transportation and public utilities",
        {"40": 280, "41": 340, "42": 1630, "44": 180, "45": 970, "46": 20, "47": 340, "48": 1310, "49": 960},
    ),
    "F": ("Wholesale trade", {"50": 3620, "51": 2560}),
    "G": (
        "Retail trade",
        {"52": 760, "53": 2540, "54": 3220, "55": 2060, "56": 1180, "57": 820, "58": 6510, "59": 2490},
    ),
    "H": (
        "Finance, insurance, and real estate",
        {"60": 2250, "61": 370, "62": 420, "63": 1460, "64": 660, "65": 1320, "67": 240},
    ),
    "I": (
        "Services",
        {
            "70": 1630, "72": 1100, "73": 5140, "75": 910, "76": 370, "78": 410, "79": 1080, "80": 7810, "81": 910,
            "82": 9200, "83": 1730, "84": 70, "86": 1950, "87": 2480, "89": 50,
        },
    ),
    "J": (
        "Public administration",
        {"91": 2400, "92": 1850, "93": 560, "94": 1180, "95": 600, "96": 1050, "97": 1950},
    ),
}  # fmt: skip

# Fuels other than raw coal: weights in the CO2 that raw coal leaves, drift of log weights a year, and provinces that
# differ from the common structure (0: the province uses none).
FUEL_WEIGHTS = {
    "coke": 14, "crude_oil": 26, "gasoline": 9, "kerosene": 2, "diesel": 10, "fuel_oil": 1.5, "lpg": 2.5,
    "natural_gas": 11,
}  # fmt: skip
FUEL_TRENDS = {"raw_coal": -0.008, "natural_gas": 0.05, "kerosene": 0.02, "fuel_oil": -0.03}
FUEL_TILTS = {
    "coke": {
        "hebei": 3.0,
        "shanxi": 2.0,
        "liaoning": 1.4,
        "jiangsu": 1.3,
        "guangdong": 0.4,
        "beijing": 0.05,
        "hainan": 0,
    },
    "crude_oil": {"liaoning": 1.8, "shandong": 1.8, "hainan": 1.6, "shanxi": 0, "guizhou": 0, "chongqing": 0},
    "kerosene": {"beijing": 5.0, "shanghai": 4.0, "guangdong": 2.0},
    "fuel_oil": {"shanghai": 3.0, "guangdong": 3.0, "guizhou": 0, "qinghai": 0},
    "lpg": {"guangdong": 3.0},
    "natural_gas": {"beijing": 3.0, "sichuan": 2.0, "chongqing": 2.5, "xinjiang": 1.5, "qinghai": 3.0},
}

# National growth, % a year: real GDP 2001-2013, prices from 2001.
GROWTH_BEFORE_2013 = [8.4, 9.3, 11.2, 12.6, 12.6, 13.2, 14.2, 11.8, 11.4, 13.0, 11.9, 10.4, 9.4]
DEFLATOR_GROWTH = [
    1.2, 0.6, 2.8, 6.0, 3.6, 3.8, 6.8, 7.4, -0.8, 6.4, 7.6, 2.2, 1.6, 0.6, -0.6, 1.2, 3.8, 3.2, 1.4, 0.8, 4.2, 1.8,
]  # fmt: skip
INVESTMENT_PRICE_GROWTH = [
    0.5, 0.3, 2.2, 5.4, 1.6, 1.6, 3.8, 8.6, -2.2, 3.6, 6.4, 1.2, 0.4, 0.6, -1.6, -0.4, 5.4, 5.2, 2.6,
]  # fmt: skip
RETAIL_PRICE_GROWTH = [
    -0.6, -1.2, 0.0, 2.8, 0.8, 1.0, 3.8, 5.8, -1.2, 3.2, 4.8, 2.0, 1.4, 1.0, 0.2, 0.8, 1.2, 1.8, 2.0, 1.4, 1.6, 2.6,
]  # fmt: skip
# Real growth of investment before 2013, %: high, then falling so that capital grows by about 11% when the study begins.
INVESTMENT_GROWTH_BEFORE_2013 = [
    10.0,
    12.0,
    16.0,
    15.0,
    13.0,
    13.0,
    13.5,
    12.5,
    17.0,
    12.0,
    9.0,
    8.0,
]  # 2001-2012
# Yearly means since 2000, CNY for 100 USD.
EXCHANGE_RATE = [
    827.85, 827.7, 827.7, 827.7, 827.7, 819.2, 797.2, 760.4, 694.5, 683.1, 676.9, 645.9, 631.2, 619.3, 614.3, 622.8,
    664.2, 675.2, 661.7, 689.8, 689.8, 645.2, 672.6,
]  # fmt: skip
