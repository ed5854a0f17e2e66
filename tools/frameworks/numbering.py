"""The ids of each framework's requirements as its publisher numbers them: numbering is fact, and no title or text stands here.

A list is written as `PREFIX: COUNT` or `PREFIX: n-m,n`; what a publisher withdrew is left out. Where a framework's list is long and fed by
one source (FSBP, CIS, enhancements of 800-53), it is taken from there: `None`.
"""


def span(text):
    """`1-3,7` → [1, 2, 3, 7]"""
    out = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        out += range(int(low), int(high or low) + 1)
    return out


def numbered(table, joint, width=0):
    return [f"{prefix}{joint}{n:0{width}d}" for prefix, numbers in table.items() for n in span(numbers)]


# Cybersecurity Framework 2.0 (February 2024): 106 subcategories. Gaps are numbers of 1.1 that 2.0 did not keep.
NIST_CSF_20 = numbered({
    "GV.OC": "1-5", "GV.RM": "1-7", "GV.RR": "1-4", "GV.PO": "1-2", "GV.OV": "1-3", "GV.SC": "1-10",
    "ID.AM": "1-5,7-8", "ID.RA": "1-10", "ID.IM": "1-4",
    "PR.AA": "1-6", "PR.AT": "1-2", "PR.DS": "1-2,10-11", "PR.PS": "1-6", "PR.IR": "1-4",
    "DE.CM": "1-3,6,9", "DE.AE": "2-4,6-8",
    "RS.MA": "1-5", "RS.AN": "3,6-8", "RS.CO": "2-3", "RS.MI": "1-2", "RC.RP": "1-6", "RC.CO": "3-4"}, "-", 2)

# SP 800-53 revision 5: the 298 base controls that are not withdrawn; enhancements come from the source of ids.
NIST_800_53_R5 = numbered({
    "AC": "1-12,14,16-25", "AT": "1-4,6", "AU": "1-14,16", "CA": "1-3,5-9", "CM": "1-14", "CP": "1-4,6-13", "IA": "1-12", "IR": "1-9",
    "MA": "1-7", "MP": "1-8", "PE": "1-6,8-23", "PL": "1-2,4,7-11", "PM": "1-32", "PS": "1-9", "PT": "1-8", "RA": "1-3,5-10",
    "SA": "1-5,8-11,15-17,20-23", "SC": "1-8,10-13,15-18,20-32,34-51", "SI": "1-8,10-23", "SR": "1-12"}, "-")

# ISO/IEC 27001:2022, annex A: 93 controls.
ISO_27001_2022 = numbered({"A.5": "1-37", "A.6": "1-8", "A.7": "1-14", "A.8": "1-34"}, ".")

# Trust services criteria of 2017: 33 common ones, and those for availability, confidentiality, processing integrity and privacy.
SOC2 = numbered({
    "CC1": "1-5", "CC2": "1-3", "CC3": "1-4", "CC4": "1-2", "CC5": "1-3", "CC6": "1-8", "CC7": "1-5", "CC8": "1", "CC9": "1-2",
    "A1": "1-3", "C1": "1-2", "PI1": "1-5",
    "P1": "1", "P2": "1", "P3": "1-2", "P4": "1-3", "P5": "1-2", "P6": "1-7", "P7": "1", "P8": "1"}, ".")

# PCI DSS 4.0, requirements 1 to 12, held id by id against a public index of the standard (November 2026, all 250 are there and none more);
# those of the annexes come from the source of ids, which has not all of them. A third level that has a fourth stands beside it.
PCI_DSS_40 = numbered({
    "1.1": "1-2", "1.2": "1-8", "1.3": "1-3", "1.4": "1-5", "1.5": "1",
    "2.1": "1-2", "2.2": "1-7", "2.3": "1-2",
    "3.1": "1-2", "3.2": "1", "3.3": "1", "3.3.1": "1-3", "3.3 ": "2-3", "3.4": "1-2", "3.5": "1", "3.5.1": "1-3", "3.6": "1", "3.6.1": "1-4", "3.7": "1-9",
    "4.1": "1-2", "4.2": "1", "4.2.1": "1-2", "4.2 ": "2",
    "5.1": "1-2", "5.2": "1-3", "5.2.3": "1", "5.3": "1-2", "5.3.2": "1", "5.3 ": "3-5", "5.4": "1",
    "6.1": "1-2", "6.2": "1-3", "6.2.3": "1", "6.2 ": "4", "6.3": "1-3", "6.4": "1-3", "6.5": "1-6",
    "7.1": "1-2", "7.2": "1-5", "7.2.5": "1", "7.2 ": "6", "7.3": "1-3",
    "8.1": "1-2", "8.2": "1-8", "8.3": "1-10", "8.3.10": "1", "8.3 ": "11", "8.4": "1-3", "8.5": "1", "8.6": "1-3",
    "9.1": "1-2", "9.2": "1", "9.2.1": "1", "9.2 ": "2-4", "9.3": "1", "9.3.1": "1", "9.3 ": "2-4", "9.4": "1", "9.4.1": "1-2", "9.4 ": "2-5", "9.4.5": "1",
    "9.4  ": "6-7", "9.5": "1", "9.5.1": "1-2", "9.5.1.2": "1", "9.5.1 ": "3",
    "10.1": "1-2", "10.2": "1", "10.2.1": "1-7", "10.2 ": "2", "10.3": "1-4", "10.4": "1", "10.4.1": "1", "10.4 ": "2", "10.4.2": "1", "10.4  ": "3",
    "10.5": "1", "10.6": "1-3", "10.7": "1-3",
    "11.1": "1-2", "11.2": "1-2", "11.3": "1", "11.3.1": "1-3", "11.3 ": "2", "11.3.2": "1", "11.4": "1-7", "11.5": "1", "11.5.1": "1", "11.5 ": "2", "11.6": "1",
    "12.1": "1-4", "12.2": "1", "12.3": "1-4", "12.4": "1-2", "12.4.2": "1", "12.5": "1-2", "12.5.2": "1", "12.5 ": "3", "12.6": "1-3", "12.6.3": "1-2",
    "12.7": "1", "12.8": "1-5", "12.9": "1-2", "12.10": "1-4", "12.10.4": "1", "12.10 ": "5-7"}, ".")
PCI_DSS_40 = [id.replace(" ", "") for id in PCI_DSS_40]

# Controls that joined the standard after the source's list was drawn up: the user guide of Security Hub, a page for each service.
FSBP_LATER = """
    AppSync.5 Athena.4 Cognito.2 Cognito.3 DMS.10 DMS.11 DMS.12 DataFirehose.1 DataSync.1 FSx.2 Glue.3 Glue.4 Kinesis.3
    MQ.2 MQ.3 MSK.4 MSK.6 RedshiftServerless.1 RedshiftServerless.2 RedshiftServerless.3 RedshiftServerless.5
    RedshiftServerless.6 Transfer.2
""".split()
