"""What the bundle tells whoever finds it: README.txt, in Chinese and English."""

README = """\
案卷导出包 / CASE BUNDLE
========================

内容
  case.json        案卷概况与封存信息（封存即记录数、链首、默克尔根）
  records.jsonl    全部记录，一行一条，按顺序，每条带有哈希链
  index.jsonl      记录目录，用于指出被删除的记录
  attachments/     附件，文件名即其 SHA-256
  index.html       便于阅读的时间线，仅供参考

验证方法（需要 Python 3.8 或更新版本，无需联网，无需安装其他软件）
  python verify.py                       验证所在文件夹
  python verify.py 导出包.zip            验证压缩包
  python verify.py 导出包.zip --seal 封存指纹
返回值：0 通过，1 未通过（逐条指出有问题的记录），2 调用有误。

请注意
  * 伪造导出包的人也能伪造其中的 verify.py，请从可信来源取得该程序。
  * 若有人将全部记录和封存信息一并重写，只有与另行保存的封存指纹对比才能发现：
    请在结案时将封存指纹记录在本系统之外。
  * index.html、README.txt 和 bag-info.txt 不在封存范围内，以 records.jsonl 为准。


Contents
  case.json        head of the case and its seal (number of records, chain head, Merkle root)
  records.jsonl    every record, one a line, in order, each under the hash chain
  index.jsonl      list of the records, so that a removed one can be named
  attachments/     files, each named by its SHA-256
  index.html       timeline for reading, not the proof

How to verify (Python 3.8 or later, offline, nothing to install)
  python verify.py                       the folder it lies in
  python verify.py BUNDLE.zip            a zip file
  python verify.py BUNDLE.zip --seal HEX
Exit status: 0 verified, 1 not verified (each record concerned is named), 2 wrong call.

Please note
  * Whoever forges a bundle can forge the verify.py in it: take the program from a trusted source.
  * If all records and the seal are written anew together, only a seal noted elsewhere shows it:
    note the seal outside of the system when the case is closed.
  * index.html, README.txt and bag-info.txt are not under the seal; records.jsonl counts.

How the hashes are made
  leaf   = H(00 || canonical JSON (RFC 8785) of the record without "leaf" and "chain")
  chain  = H(02 || chain of the record before || leaf)
           before the first: H(03 || canonical JSON of {case_id, format, hash_algorithm})
  tree   = Merkle tree hash of the leaves (RFC 6962), nodes H(01 || left || right)
  seal   = H(05 || canonical JSON of the seal without "signature"); its "case_digest" is
           H(04 || canonical JSON of the head of the case)
"""
