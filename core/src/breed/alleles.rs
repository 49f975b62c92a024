//! How often each allele occurs among a breed's founders.
//!
//! Published figures are named beside a breed; what is not named is estimated from the colours of the breed's studbook and
//! from what its laboratories test for. Heights and speed between breeds follow Makvandi-Nejad and others (2012) and Bower
//! and others (2012), gait Promerova and others (2014), in their order rather than to the digit. What a breed bars or was
//! never found to have is not listed.

use super::Breed;
use crate::Refusal;
use crate::genetics::{Frequencies, Locus};
use alloc::vec::Vec;

impl Breed {
    /// How often each allele occurs among its founders.
    #[must_use]
    pub fn frequencies(&self) -> Frequencies {
        let listed = ALLELES.iter().find(|it| it.0 == self.name);
        read(listed.map_or("", |it| it.1)).unwrap_or_default()
    }
}

/// Reads `MC1R=e:2500,ea:10 KIT=TO:300`: basis points by allele, by locus.
fn read(listed: &str) -> Result<Frequencies, Refusal> {
    let wrong = Refusal::Unknown {
        field: "allele_frequencies",
    };
    let mut all = Vec::new();
    for of_locus in listed.split_ascii_whitespace() {
        let (gene, alleles) = of_locus.split_once('=').ok_or(wrong)?;
        let locus: Locus = gene.parse()?;
        for of_allele in alleles.split(',') {
            let (symbol, bp) = of_allele.split_once(':').ok_or(wrong)?;
            all.push((locus, locus.allele(symbol)?, bp.parse().map_err(|_| wrong)?));
        }
    }
    Frequencies::new(all)
}

/// The alleles of each breed, by its name.
#[rustfmt::skip]
static ALLELES: &[(&str, &str)] = &[
    // Golden coats are its mark.
    ("Akhal-Teke",
        "MC1R=e:3800 ASIP=a:3000 SLC45A2=Cr:1900 STX17=G3:500 KIT=SB1:30,W20:600 TBX3=nd1:500 LCORL=C:1000 \
         ZFAT=C:3000 LASP1=A:3000 MSTN=C:1000 SOOTY=Sty:2000"),
    // Tryon and others 2009: O 0.107, HYPP 0.025, GBED 0.036, HERDA 0.017, PSSM1 0.045.
    ("American Paint Horse",
        "MC1R=e:6200,ea:20 ASIP=a:2600 SLC45A2=Cr:1100 TBX3=D:250,nd1:800 STX17=G3:250 SLC36A1=Ch:40 PMEL=Z:10 \
         KIT=TO:1800,W20:1300,SB1:120,Rn:150,W5:5,W10:10,W13:5 EDNRB=O:1070 \
         MITF=SW1:700,SW3:30,SW5:10,SW6:20,SW8:10 PAX3=SW2:120,SW4:20 SCN4A=H:250 GBE1=GBED:360 PPIB=HRD:170 \
         GYS1=P1:450 MYH1=My:250 RYR1=MH:30 MBTPS2=BR1:10 LCORL=C:1200 ZFAT=C:4000 LASP1=A:4000 MSTN=C:7500 \
         FLAXEN=f:3500 SOOTY=Sty:2000 RABICANO=Rb:300"),
    // Tryon and others 2009: HYPP 0.008, GBED 0.054, HERDA 0.021, PSSM1 0.055; one in 14 has MYHM (AQHA).
    ("American Quarter Horse",
        "MC1R=e:6800,ea:10 ASIP=a:2400 SLC45A2=Cr:1100,Prl:20 TBX3=D:300,nd1:900 STX17=G3:350 SLC36A1=Ch:40 \
         PMEL=Z:5 KIT=W20:1200,SB1:60,Rn:350,W5:3,W10:10,W13:5 EDNRB=O:30 MITF=SW1:300,SW3:15,SW6:10 \
         PAX3=SW2:40,SW4:10 SCN4A=H:80 GBE1=GBED:540 PPIB=HRD:210 GYS1=P1:550 MYH1=My:350 RYR1=MH:40 MBTPS2=BR1:10 \
         LCORL=C:1200 ZFAT=C:4000 LASP1=A:4000 MSTN=C:8000 FLAXEN=f:3500 SOOTY=Sty:2000 RABICANO=Rb:300"),
    ("American Saddlebred",
        "MC1R=e:5000 ASIP=a:3000 SLC45A2=Cr:250 STX17=G3:100 SLC36A1=Ch:20 PMEL=Z:5 KIT=TO:120,W20:700,Rn:10,W7:2 \
         MITF=SW1:100 DMRT3=A:4200 LCORL=C:1500 ZFAT=C:4000 LASP1=A:4000 MSTN=C:1500 FLAXEN=f:4000 SOOTY=Sty:1500 \
         RABICANO=Rb:200"),
    ("Andalusian",
        "MC1R=e:1400 ASIP=a:3200 SLC45A2=Cr:150,Prl:350 STX17=G3:5000 KIT=W20:500 TBX3=nd1:700 LCORL=C:700 \
         ZFAT=C:4000 LASP1=A:4000 MSTN=C:800 SOOTY=Sty:2500"),
    ("Anglo-Arabian",
        "MC1R=e:5200 ASIP=a:1500 STX17=G3:900 KIT=W20:900,W19:3 PRKDC=SCID:120 TOE1=CA:250 MYO5A=LFS:40 \
         PLOD1=WFFS:60 LCORL=C:1500 ZFAT=C:3500 LASP1=A:3500 MSTN=C:2800 SOOTY=Sty:800 RABICANO=Rb:300"),
    // WFFS was not found in 43 (Reiter and others 2020).
    ("Appaloosa",
        "MC1R=e:5800 ASIP=a:2600 SLC45A2=Cr:700 TBX3=D:200,nd1:800 STX17=G3:250 SLC36A1=Ch:30 TRPM1=LP:4600 \
         RFWD3=PATN1:2400 KIT=W20:700,Rn:100,SB1:20 SCN4A=H:60 GBE1=GBED:150 PPIB=HRD:80 GYS1=P1:350 MYH1=My:100 \
         RYR1=MH:20 LCORL=C:1300 ZFAT=C:4000 LASP1=A:4000 MSTN=C:5500 FLAXEN=f:3000 SOOTY=Sty:2000"),
    // SCID 8.4 % carriers (Bernoco & Bailey 1998); LFS 10.3 % of Egyptian lines, 1.8 % of others; no WFFS in 302
    // (Reiter 2020).
    ("Arabian",
        "MC1R=e:5300 ASIP=a:1300 STX17=G3:2600 KIT=W19:5,W3:2,W15:3 PRKDC=SCID:420 TOE1=CA:700 MYO5A=LFS:250 \
         LCORL=C:400 ZFAT=C:3000 LASP1=A:3000 MSTN=C:200 FLAXEN=f:1500 SOOTY=Sty:500 RABICANO=Rb:500"),
    ("Azteca",
        "MC1R=e:4500 ASIP=a:3000 SLC45A2=Cr:500,Prl:150 TBX3=D:200,nd1:800 STX17=G3:2500 KIT=W20:800,SB1:10,Rn:40 \
         SCN4A=H:20 GBE1=GBED:200 PPIB=HRD:70 GYS1=P1:200 LCORL=C:1000 ZFAT=C:4000 LASP1=A:4000 MSTN=C:3500 \
         SOOTY=Sty:2000"),
    // About two fifths of American Belgians have PSSM1 (McCue and others 2010).
    ("Belgian Draft",
        "MC1R=e:8600 ASIP=a:2000 STX17=G3:50 KIT=Rn:350,W20:1400 GYS1=P1:2200 LCORL=C:8500 ZFAT=C:7000 LASP1=A:7000 \
         MSTN=C:300 FLAXEN=f:8500 PANGARE=P:2500 SOOTY=Sty:600"),
    // Grown horses are grey.
    ("Camargue",
        "MC1R=e:1500 ASIP=a:3500 STX17=G3:9300 LCORL=C:500 ZFAT=C:3000 LASP1=A:3000 TBX3=nd1:1500 SOOTY=Sty:1000"),
    // Bay alone; a chestnut foal is rare.
    ("Cleveland Bay",
        "MC1R=e:300 ASIP=a:300 LCORL=C:3500 ZFAT=C:6000 LASP1=A:6000 MSTN=C:500 SOOTY=Sty:1000"),
    // W20 0.95, the most of any breed known (see Avila and others 2022 and what cites it).
    ("Clydesdale",
        "MC1R=e:1500 ASIP=a:2700 KIT=W20:9500,Rn:30 STX17=G3:50 GYS1=P1:50 LCORL=C:8000 ZFAT=C:7000 LASP1=A:7000 \
         SOOTY=Sty:2500"),
    // Many grey slowly (Rubin and others 2024); WFFS was not found in Irish ponies (2021).
    ("Connemara Pony",
        "MC1R=e:2000 ASIP=a:2500 SLC45A2=Cr:1000 TBX3=D:100,nd1:500 STX17=G3:2000,G2:1600 KIT=W20:500,Rn:100 \
         LCORL=C:600 HMGA2=A:300 ZFAT=C:3000 LASP1=A:3000 MSTN=C:800 SOOTY=Sty:1500"),
    ("Criollo",
        "MC1R=e:3500 ASIP=a:3000 SLC45A2=Cr:500 TBX3=D:1800,nd1:1800 STX17=G3:200 \
         KIT=Rn:1100,TO:100,SB1:100,W20:600 EDNRB=O:200 MITF=SW1:200 LCORL=C:500 ZFAT=C:3500 LASP1=A:3500 \
         MSTN=C:500 RABICANO=Rb:500 SOOTY=Sty:2000"),
    // WFFS 0.038 (Reiter and others 2020).
    ("Dutch Warmblood",
        "MC1R=e:4000 ASIP=a:3300 STX17=G3:300 KIT=W20:1500,TO:100 PLOD1=WFFS:382 LCORL=C:2500 ZFAT=C:5000 \
         LASP1=A:5000 MSTN=C:1500 SOOTY=Sty:1500 RABICANO=Rb:200"),
    // Black, brown, bay or grey alone.
    ("Fell Pony",
        "MC1R=e:300 ASIP=a:7800 STX17=G3:350 LCORL=C:800 HMGA2=A:200 ZFAT=C:3000 LASP1=A:3000 SOOTY=Sty:2000"),
    // Dun to a horse; WFFS was not found in 42 (Reiter and others 2020).
    ("Fjord",
        "MC1R=e:2200 ASIP=a:2300 SLC45A2=Cr:400 TBX3=D:9850,nd1:100 LCORL=C:1500 HMGA2=A:100 ZFAT=C:4000 \
         LASP1=A:4000 PANGARE=P:3000 SOOTY=Sty:300"),
    // Black, without white but a star; WFFS was not found in 197 (Reiter and others 2020).
    ("Friesian",
        "MC1R=e:100 ASIP=a:9990 LCORL=C:3000 ZFAT=C:5000 LASP1=A:5000"),
    // PSSM1 0.12 in 100 (University of Kentucky); Sno is known from this breed (Bisbee and others 2019).
    ("Gypsy Vanner",
        "MC1R=e:2500 ASIP=a:5800 SLC45A2=Cr:300,Sno:100,Prl:20 TBX3=D:100,nd1:400 STX17=G3:150 PMEL=Z:250 \
         TRPM1=LP:120 RFWD3=PATN1:150 KIT=TO:5500,Rn:150,SB1:20,W20:1300 MITF=SW1:250 GYS1=P1:1200 LCORL=C:3500 \
         HMGA2=A:300 ZFAT=C:4000 LASP1=A:4000 FLAXEN=f:3000 SOOTY=Sty:2000"),
    ("Hackney",
        "MC1R=e:3000 ASIP=a:4200 KIT=W20:1400,Rn:20 MITF=SW1:50 LCORL=C:1500 HMGA2=A:200 ZFAT=C:4000 LASP1=A:4000 \
         MSTN=C:800 DMRT3=A:300 SOOTY=Sty:1500 RABICANO=Rb:200"),
    // Chestnut with flaxen mane and tail alone; WFFS 0.021 (Reiter and others 2020).
    ("Haflinger",
        "MC1R=e:10000 ASIP=a:2500 GYS1=P1:900 PLOD1=WFFS:208 LCORL=C:2000 HMGA2=A:50 ZFAT=C:4000 LASP1=A:4000 \
         FLAXEN=f:9700 PANGARE=P:4000 SOOTY=Sty:600"),
    // WFFS 17.3 % carriers (Reiter and others 2020).
    ("Hanoverian",
        "MC1R=e:4600 ASIP=a:2800 STX17=G3:200 KIT=W20:1500 PLOD1=WFFS:866 LCORL=C:2000 ZFAT=C:5000 LASP1=A:5000 \
         MSTN=C:1800 SOOTY=Sty:1500 RABICANO=Rb:200"),
    ("Highland Pony",
        "MC1R=e:1500 ASIP=a:3800 SLC45A2=Cr:200 TBX3=D:5500,nd1:1500 STX17=G3:1300 PMEL=Z:40 LCORL=C:1800 \
         HMGA2=A:150 ZFAT=C:4000 LASP1=A:4000 SOOTY=Sty:1000"),
    // WFFS 0.042 (Reiter and others 2020).
    ("Holsteiner",
        "MC1R=e:2800 ASIP=a:2000 STX17=G3:900 KIT=W20:900 PLOD1=WFFS:417 LCORL=C:2000 ZFAT=C:5000 LASP1=A:5000 \
         MSTN=C:1800 SOOTY=Sty:1500"),
    // DMRT3 0.94 in 2012 (Matis); MSTN 4 % C/C and 28 % C/T.
    ("Icelandic",
        "MC1R=e:5500 ASIP=a:7600 SLC45A2=Cr:600 TBX3=D:700,nd1:1500 STX17=G3:350 PMEL=Z:600 KIT=TO:700,Rn:30 \
         MITF=SW1:300 DMRT3=A:9400 MSTN=C:1800 LCORL=C:200 HMGA2=A:300 ZFAT=C:3000 LASP1=A:3000 FLAXEN=f:4500 \
         SOOTY=Sty:1500 PANGARE=P:500"),
    ("Irish Draught",
        "MC1R=e:3200 ASIP=a:2200 SLC45A2=Cr:80 TBX3=D:30 STX17=G3:1600 KIT=W20:700,TO:20 LCORL=C:4000 ZFAT=C:6000 \
         LASP1=A:6000 MSTN=C:600 SOOTY=Sty:1500"),
    // WFFS six carriers in 303 (Irish Veterinary Journal 74:27, 2021).
    ("Irish Sport Horse",
        "MC1R=e:3600 ASIP=a:2300 SLC45A2=Cr:50 STX17=G3:1200 KIT=W20:1100,TO:80 PLOD1=WFFS:99 LCORL=C:3000 \
         ZFAT=C:5000 LASP1=A:5000 MSTN=C:2200 SOOTY=Sty:1500"),
    // Any colour but black.
    ("Kathiawari",
        "MC1R=e:4800 ASIP=a:500 SLC45A2=Cr:300 TBX3=D:2500,nd1:1500 STX17=G3:600 KIT=TO:500 MITF=SW1:300 \
         LCORL=C:300 ZFAT=C:3000 LASP1=A:3000 MSTN=C:300"),
    // ea 0.035 (Avila and others 2022); WFFS 0.033 (Reiter and others 2020).
    ("Knabstrupper",
        "MC1R=e:3800,ea:350 ASIP=a:3200 SLC45A2=Cr:150 STX17=G3:50 TRPM1=LP:5200 RFWD3=PATN1:4800 KIT=W20:700,TO:20 \
         PLOD1=WFFS:326 LCORL=C:1800 ZFAT=C:4500 LASP1=A:4500 MSTN=C:1200 SOOTY=Sty:1500"),
    // Grey but for a bay or black now and then; WFFS was not found in 42 (Reiter and others 2020).
    ("Lipizzaner",
        "MC1R=e:1000 ASIP=a:3500 STX17=G3:8500 LCORL=C:500 ZFAT=C:4000 LASP1=A:4000 MSTN=C:200 SOOTY=Sty:1500"),
    ("Lusitano",
        "MC1R=e:2800 ASIP=a:2200 SLC45A2=Cr:700,Prl:250 TBX3=D:150,nd1:1200 STX17=G3:3200 KIT=W20:300 LCORL=C:700 \
         ZFAT=C:4000 LASP1=A:4000 MSTN=C:600 SOOTY=Sty:2000"),
    ("Mangalarga Marchador",
        "MC1R=e:3800 ASIP=a:3000 SLC45A2=Cr:400,Prl:50 TBX3=D:300,nd1:1000 STX17=G3:3200 KIT=TO:600,Rn:100,W20:300 \
         DMRT3=A:4500 LCORL=C:500 ZFAT=C:3500 LASP1=A:3500 MSTN=C:300 SOOTY=Sty:1500"),
    ("Marwari",
        "MC1R=e:3500 ASIP=a:3800 SLC45A2=Cr:600 TBX3=D:300,nd1:500 STX17=G3:500 KIT=TO:1800,SB1:50,W20:600 \
         EDNRB=O:20 MITF=SW1:300 LCORL=C:400 ZFAT=C:3000 LASP1=A:3000 MSTN=C:300 SOOTY=Sty:1000"),
    // DMRT3 nearly fixed (Promerova and others 2014); curls of SP6 are known from this breed (Thomer and others
    // 2018).
    ("Missouri Fox Trotter",
        "MC1R=e:5800 ASIP=a:3200 SLC45A2=Cr:1500 TBX3=D:50,nd1:500 STX17=G3:300 SLC36A1=Ch:350 PMEL=Z:80 \
         KIT=TO:1500,SB1:900,Rn:200,W20:600 EDNRB=O:20 MITF=SW1:150 DMRT3=A:9600 SP6=Cu:80 LCORL=C:1000 ZFAT=C:4000 \
         LASP1=A:4000 MSTN=C:1200 FLAXEN=f:4500 SOOTY=Sty:1500"),
    ("Mongolian Horse",
        "MC1R=e:4200 ASIP=a:3200 SLC45A2=Cr:600 TBX3=D:2500,nd1:2000 STX17=G3:700 PMEL=Z:30 TRPM1=LP:100 \
         RFWD3=PATN1:100 KIT=TO:500,Rn:300,SB1:50 MITF=SW1:100 DMRT3=A:500 LCORL=C:100 HMGA2=A:200 ZFAT=C:2500 \
         LASP1=A:2500 PANGARE=P:800"),
    // DMRT3 0.14 (Promerova and others 2014).
    ("Morgan",
        "MC1R=e:5200 ASIP=a:3200 SLC45A2=Cr:450 TBX3=D:20,nd1:400 STX17=G3:40 PMEL=Z:120 KIT=W20:800,Rn:20,SB1:5 \
         MITF=SW1:250 EDNRB=O:5 DMRT3=A:1400 GYS1=P1:40 LCORL=C:800 ZFAT=C:3500 LASP1=A:3500 MSTN=C:1000 \
         FLAXEN=f:4500 SOOTY=Sty:2500 RABICANO=Rb:200"),
    ("Mustang",
        "MC1R=e:4800 ASIP=a:3300 SLC45A2=Cr:700 TBX3=D:1200,nd1:1500 STX17=G3:500 SLC36A1=Ch:40 PMEL=Z:20 \
         TRPM1=LP:200 RFWD3=PATN1:200 KIT=TO:700,SB1:200,Rn:600,W20:700 EDNRB=O:150 MITF=SW1:200 KRT25=Cu:150 \
         DMRT3=A:1000 GYS1=P1:100 LCORL=C:600 ZFAT=C:3500 LASP1=A:3500 MSTN=C:1500 FLAXEN=f:2500 SOOTY=Sty:2000 \
         RABICANO=Rb:400"),
    // PSSM1 0.21 in 169 stallions (Druml and others 2016); leopard and black-headed roan are bred in lines.
    ("Noriker",
        "MC1R=e:4800 ASIP=a:5200 TRPM1=LP:900 RFWD3=PATN1:2000 KIT=Rn:1000,TO:200,W20:900 GYS1=P1:2100 LCORL=C:7000 \
         ZFAT=C:6000 LASP1=A:6000 FLAXEN=f:6000 SOOTY=Sty:2500"),
    // WFFS 15.5 % carriers (Reiter and others 2020).
    ("Oldenburg",
        "MC1R=e:4000 ASIP=a:3600 SLC45A2=Cr:20 STX17=G3:250 KIT=W20:1500,TO:80 PLOD1=WFFS:776 LCORL=C:2200 \
         ZFAT=C:5000 LASP1=A:5000 MSTN=C:1600 SOOTY=Sty:1500"),
    ("Orlov Trotter",
        "MC1R=e:1800 ASIP=a:4500 SLC45A2=Cr:100 STX17=G3:3400 DMRT3=A:1000 LCORL=C:1200 ZFAT=C:4000 LASP1=A:4000 \
         MSTN=C:500 SOOTY=Sty:1500"),
    // Tiger eye is known from Puerto Rican horses of this breed alone (Mack and others 2017).
    ("Paso Fino",
        "MC1R=e:4200 ASIP=a:3300 SLC45A2=Cr:1000,Prl:50 TBX3=D:300,nd1:800 STX17=G3:700 \
         KIT=TO:700,Rn:150,SB1:10,W20:300 EDNRB=O:20 SLC24A5=TE1:1600,TE2:150 DMRT3=A:9800 LCORL=C:200 HMGA2=A:50 \
         ZFAT=C:3000 LASP1=A:3000 MSTN=C:300 SOOTY=Sty:1500"),
    // About three fifths of American Percherons have PSSM1 (McCue and others 2010); ea occurs (Avila and others
    // 2022).
    ("Percheron",
        "MC1R=e:1500,ea:20 ASIP=a:6500 STX17=G3:3200 GYS1=P1:3800 LCORL=C:8500 ZFAT=C:7000 LASP1=A:7000 \
         SOOTY=Sty:1500"),
    // DMRT3 nearly fixed (Promerova and others 2014).
    ("Peruvian Paso",
        "MC1R=e:5000 ASIP=a:2500 SLC45A2=Cr:500,Prl:50 TBX3=D:600,nd1:1000 STX17=G3:700 KIT=W20:600,Rn:300 \
         DMRT3=A:9900 LCORL=C:200 ZFAT=C:3000 LASP1=A:3000 MSTN=C:300 FLAXEN=f:2000 SOOTY=Sty:1500"),
    // Chocolate with a flaxen mane, which is black silver, is its mark; MCOA was described here.
    ("Rocky Mountain Horse",
        "MC1R=e:3800 ASIP=a:5200 SLC45A2=Cr:900 TBX3=nd1:200 STX17=G3:100 SLC36A1=Ch:100 PMEL=Z:3500 \
         KIT=Rn:150,W20:300 DMRT3=A:9600 LCORL=C:500 ZFAT=C:3500 LASP1=A:3500 MSTN=C:800 FLAXEN=f:5000 \
         SOOTY=Sty:2000"),
    ("Selle Francais",
        "MC1R=e:4600 ASIP=a:1800 STX17=G3:400 KIT=W20:1400,TO:30 PLOD1=WFFS:200 LCORL=C:2200 ZFAT=C:5000 \
         LASP1=A:5000 MSTN=C:2200 SOOTY=Sty:1500"),
    // HMGA2 makes the smallest (Frischknecht and others 2015); mushroom is known from this breed (Tanaka and others
    // 2019).
    ("Shetland Pony",
        "MC1R=e:4200 ASIP=a:6000 SLC45A2=Cr:350 TBX3=D:150,nd1:800 STX17=G3:250 PMEL=Z:900 MFSD12=Mu:700 \
         TRPM1=LP:30 KIT=TO:2200,Rn:100,SB1:150,W20:1000 MITF=SW1:250 ACAN=D1:60,D2:250,D3:40,D4:60 HMGA2=A:5500 \
         ZFAT=C:1000 LASP1=A:1000 FLAXEN=f:4500 SOOTY=Sty:1500 PANGARE=P:800"),
    // Black, brown, bay or grey with white legs.
    ("Shire",
        "MC1R=e:600 ASIP=a:4800 STX17=G3:1300 KIT=W20:6000,Rn:60 LCORL=C:8200 ZFAT=C:7000 LASP1=A:7000 \
         SOOTY=Sty:2500"),
    // DMRT3 nearly fixed (McCoy and others 2019).
    ("Standardbred",
        "MC1R=e:1600 ASIP=a:3000 STX17=G3:60 KIT=W20:1000,TO:5 DMRT3=A:9800 LCORL=C:700 ZFAT=C:4000 LASP1=A:4000 \
         MSTN=C:300 SLC45A2=Sun:20 SOOTY=Sty:1500"),
    // Sun was found in this breed (Holl and others 2019).
    ("Tennessee Walking Horse",
        "MC1R=e:4200 ASIP=a:5500 SLC45A2=Cr:900,Sun:20 TBX3=D:20,nd1:300 STX17=G3:300 SLC36A1=Ch:300 PMEL=Z:30 \
         KIT=TO:1300,SB1:900,Rn:700,W20:300 EDNRB=O:5 DMRT3=A:9700 GYS1=P1:30 LCORL=C:1000 ZFAT=C:4000 LASP1=A:4000 \
         MSTN=C:800 FLAXEN=f:4500 SOOTY=Sty:2000"),
    // WFFS 17 carriers in 716 (Reiter and others 2020); W20 about 0.1; MSTN C/C, C/T and T/T are about 1 : 2 : 1.
    ("Thoroughbred",
        "MC1R=e:4900 ASIP=a:1800 SLC45A2=Cr:5 STX17=G3:180 KIT=W20:1000,W2:2,W5:2,W14:1,W22:3,W27:1 PLOD1=WFFS:119 \
         LCORL=C:900 ZFAT=C:4500 LASP1=A:4500 MSTN=C:5000 SOOTY=Sty:1500 RABICANO=Rb:300"),
    ("Trakehner",
        "MC1R=e:4300 ASIP=a:3400 STX17=G3:400 KIT=W20:700,TO:130 PLOD1=WFFS:250 LCORL=C:1600 ZFAT=C:5000 \
         LASP1=A:5000 MSTN=C:1500 SOOTY=Sty:1500"),
    ("Welsh Cob",
        "MC1R=e:4200 ASIP=a:3000 SLC45A2=Cr:1000 TBX3=nd1:400 STX17=G3:250 PMEL=Z:60 KIT=W20:1300,Rn:250,SB1:50 \
         MITF=SW1:150 FLAXEN=f:4000 LCORL=C:700 HMGA2=A:300 ZFAT=C:3000 LASP1=A:3000 MSTN=C:400 SOOTY=Sty:2000 \
         RABICANO=Rb:400"),
    ("Welsh Pony",
        "MC1R=e:3800 ASIP=a:2800 SLC45A2=Cr:700 TBX3=nd1:500 STX17=G3:3600 PMEL=Z:60 KIT=W20:1200,Rn:350,SB1:30 \
         MITF=SW1:150 HMGA2=A:1500 LCORL=C:200 ZFAT=C:2500 LASP1=A:2500 MSTN=C:400 FLAXEN=f:3500 SOOTY=Sty:2000 \
         RABICANO=Rb:400"),
    // Somewhere between the breeds that are crossed most.
    ("Crossbred",
        "MC1R=e:4800 ASIP=a:3000 SLC45A2=Cr:500,Prl:20 TBX3=D:300,nd1:700 STX17=G3:800 SLC36A1=Ch:20 PMEL=Z:80 \
         TRPM1=LP:200 RFWD3=PATN1:300 KIT=TO:700,Rn:150,SB1:50,W20:900 EDNRB=O:80 MITF=SW1:150 DMRT3=A:1200 \
         GBE1=GBED:80 PPIB=HRD:40 SCN4A=H:30 GYS1=P1:250 PLOD1=WFFS:150 PRKDC=SCID:40 TOE1=CA:60 LCORL=C:1500 \
         HMGA2=A:150 ZFAT=C:4000 LASP1=A:4000 MSTN=C:2500 FLAXEN=f:3000 SOOTY=Sty:1800 RABICANO=Rb:200"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breed::{BREEDS, CROSSBRED};

    #[test]
    fn every_breed_is_listed_once_and_nothing_else_is() {
        let breeds = BREEDS.iter().chain([&CROSSBRED]).map(|it| it.name);
        assert!(ALLELES.iter().map(|it| it.0).eq(breeds));
    }

    #[test]
    fn every_list_can_be_read() {
        for (breed, listed) in ALLELES {
            let read = read(listed).unwrap_or_else(|wrong| panic!("{breed}: {wrong}"));
            assert!(read.iter().count() >= 5, "{breed}");
        }
        for wrong in [
            "MC1R",
            "MC1R=e",
            "MC1R=x:5",
            "NONE=e:5",
            "MC1R=E:5",
            "MC1R=e:9000,ea:1001",
            "MC1R=e:5,e:5",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
