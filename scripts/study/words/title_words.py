"""Words that stand beside the name of a measure in print: what was done to the figures, or nothing.

Each value is a pattern of Chinese words, which stand anywhere, and one of Latin words, which stand between marks,
blanks, figures or a change of script.
"""

from __future__ import annotations

# What was done to figures, or which part of them they are -> patterns of words that say so.
CHANGE_WORDS = {
    "logarithms": ("取?(?:自然)?对数值?化?|双对数", r"d?ln|log(?:10|2|1p|s|ged)?|logarithms?|lg|in logs"),
    "inverse hyperbolic sines": ("反双曲正弦", "ihs|a(?:rc)?sinh"),
    "figures per head, area or unit": (
        "人均|平均每|每.{0,3}人均?|每平方公里|户均|地均|亩均|单位|密度|强度",
        r"per ?(?:capita|head|person|worker|unit|(?:10,?000|100|1,?000|million|thousand|ten thousand) \w+|km2|gdp|"
        r"square \w+)|pc|percap|pcap|density|intensity",
    ),
    "growth": (
        "增速|增长率?|增幅|增量|同比|环比|变化率?|变动率?",
        "growth(?: rate)?|gr|g|yoy|rate of (?:growth|increase|change)|increases?|change|chg|gwth|grow",
    ),
    "differences": ("一?阶?差分", r"diff|difference|delta|d\d?|dif"),
    "lags or leads": (
        "滞后.{0,2}期?|前.期|上期|上一?年(?!=)|领先.期?|提前.期",
        r"l\d*|lag ?\d*|lagged|lead ?\d*|f\d*|t ?[-+] ?\d",
    ),
    "an index": ("指数|定基|环比指数", "index|indices|idx"),
    "a share or rate": ("占比|比重|比例|份额|百分比|比率|率", "share|proportion|fraction|rate|ratio"),
    "standardised figures": (
        "标准化|归一化|无量纲|中心化|z得分",
        "z|z ?score|zscore|std|stdz|standardi[sz]ed|normali[sz]ed|norm|centred|centered|demeaned|c",
    ),
    "squares, roots or other powers": (
        "平方项?|二次项?|三次项?|立方|开方|平方根|交互项?|乘积",
        r"sq|squared?|sqrt?|square root|cubed?|cubic|root|pow\d*|inter|interaction|x",
    ),
    "winsorised figures": ("缩尾|截尾", r"w|w\d+|win|winsor|winsori[sz]ed|trimmed|trim|tr"),
    "figures at constant prices": (
        r"按?(?:\d{4}年)?(?:不变价|可比价)格?(?:计算)?|\d{4}年价格?|平减|实际",
        r"real|constant(?: \d{4})?(?: prices?)?|deflated|r|\d{4} prices?|ppp",
    ),
    "averages": ("平均值?|均值|中位数|移动平均|三年平均", r"mean|avg|average|median|ma\d*|moving average"),
    "accumulated figures, or those of part of a year": ("累计|存量|累积", "cum|cumulative|accumulated|stock|ytd|cumul"),
    "planned, predicted or fitted figures": (
        "预测|预计|计划|目标|拟合|残差|预算",
        "forecast|predicted|pred|hat|fitted|fit|resid(?:ual)?s?|target|planned|plan|proj|est",
    ),
    "ranks, groups or indicators": (
        "虚拟变量|哑变量|是否|排名|位次|分组|等级",
        "dummy|dum|dv|rank|ranking|group|type|class|quantile|binary",
    ),
    "a sample survey's count, not the population": ("抽样|样本", "sample"),
    "registered, not resident population": ("户籍", "registered"),
    "urban units alone": ("城镇单位|非私营单位", "urban units"),
    "final consumption, without what power plants and refineries transform": ("终端", "final"),
    "a part of it": (
        "农村|乡村|城镇|城市|市区|女性?|男性?|国有|私营|民营|外商|规模以上|限额以上|第[一二三]产业|工业|农业|建筑业|服务业|"
        "批发|零售|中央|本级|其中|新增|净",
        "urban|rural|male|female|industrial|agricultural|net|newly|new|of which|primary|secondary|tertiary",
    ),
}
# Words beside a name that leave its figures what they are.
HARMLESS_WORDS = (
    "年末数?|年底数?|期末数?|全年|年度|当年(?:价格?)?|本年|现行?价格?|按当年价格计算|名义|合计|总计|总额|总量|总值|总数|总和?|数量|数额|"
    "数值|数据|绝对值|数|值|额|量|全省|全市|全区|全社会|分?各?地区|分?各?省份?|分省|省级|省区市|情况|统计表?|指标|原始|原值|的|"
    "按地区分|地方|年报?|收入法|生产法|支出法|初步核算数?|最终核算数?|快报数?|修订数?",
    "by (?:region|province)s?|of (?:regions|provinces)|provincial|regional|total|value|values|number|amount|nominal|"
    "(?:at )?current(?: prices?)?|annual|yearly|year ?-? ?end|end of (?:the )?year|at|of|the|in|raw|levels?|data",
)
# Headings of a publisher's sections, above a name that is whole by itself.
SECTION_WORDS = (
    "(?:地区|国内)?生产总值|支出法(?:地区|国内)?(?:生产总值)?|资本形成(?:总额)?|最终消费|国民经济核算|人口|就业|财政|金融|能源|"
    "能源消费|能源平衡|对外经济贸易|进出口|对外贸易|固定资产投资|价格指数|物价|综合|资源环境|科技|年度数据|分省年度数据|"
    "主要(?:经济)?指标|(?:国民)?经济(?:和|与)?社会发展",
    "national accounts|population|prices|energy|trade|government finance",
)
