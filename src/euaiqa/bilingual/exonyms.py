"""Places of Europe that French and English call by different names, beyond those of CLDR.

Each French, English, and then the place's own name where both languages may use it; `_` stands for
a space. Cities, regions, rivers and seas whose two names a near spelling would not find.
"""

EXONYMS = """
Aix-la-Chapelle Aachen, Anvers Antwerp Antwerpen, Augsbourg Augsburg, Bâle Basel, Barcelone
Barcelona, Bergame Bergamo, Berne Bern, Bois-le-Duc 's-Hertogenbosch Den_Bosch, Bologne Bologna,
Bolzano Bozen, Brême Bremen, Bruges Bruges Brugge, Brunswick Brunswick Braunschweig, Cadix Cadiz,
Cantorbéry Canterbury, Catane Catania, Coblence Koblenz, Coïmbre Coimbra, Cologne Cologne Köln,
Copenhague Copenhagen København, Cordoue Cordoba, Courtrai Kortrijk, Cracovie Krakow, Crémone
Cremona, Dantzig Danzig Gdansk, Douvres Dover, Dresde Dresden, Dunkerque Dunkirk, Édimbourg
Edinburgh, Ferrare Ferrara, Florence Florence Firenze, Francfort Frankfurt, Fribourg-en-Brisgau
Freiburg, Gand Ghent Gent, Gênes Genoa Genova, Genève Geneva, Gérone Girona, Göteborg Gothenburg,
Groningue Groningen, Hambourg Hamburg, Hanovre Hanover Hannover, La_Corogne Corunna A_Coruña,
La_Haye The_Hague Den_Haag, Leyde Leiden, Lisbonne Lisbon Lisboa, Livourne Leghorn Livorno,
Londres London, Louvain Leuven, Malines Mechelen, Mantoue Mantua, Mayence Mainz, Messine Messina,
Milan Milan Milano, Modène Modena, Munich Munich München, Naples Naples Napoli, Nicosie Nicosia,
Nimègue Nijmegen, Nuremberg Nuremberg Nürnberg, Ostende Ostend Oostende, Padoue Padua Padova,
Palerme Palermo, Pampelune Pamplona, Parme Parma, Pérouse Perugia, Pise Pisa, Porto Oporto Porto,
Ratisbonne Regensburg, Ravenne Ravenna, Reims Rheims, Salonique Salonica Thessaloniki,
Thessalonique Thessaloniki, Salzbourg Salzburg, Saragosse Zaragoza, Sarrebruck Saarbrücken,
Saint-Sébastien San_Sebastian Donostia, Séville Seville Sevilla, Sienne Siena, Tarente Taranto,
Tolède Toledo, Trèves Trier, Turin Turin Torino, Valence Valencia, Varsovie Warsaw Warszawa,
Venise Venice Venezia, Vérone Verona, Vicence Vicenza, Vilna Vilnius, Alpes Alps, Andalousie
Andalusia, Baltique Baltic, Basse-Saxe Lower_Saxony, Bade-Wurtemberg Baden-Württemberg, Bavière
Bavaria Bayern, Bohême Bohemia, Bourgogne Burgundy, Brandebourg Brandenburg, Bretagne Brittany,
Catalogne Catalonia, Castille Castile, Corse Corsica, Crète Crete, Èbre Ebro, Escaut Scheldt,
Estrémadure Extremadura, Flandre Flanders, Flandres Flanders, Galice Galicia, Îles_Baléares
Balearic_Islands, Laponie Lapland, Ligurie Liguria, Limbourg Limburg, Lombardie Lombardy, Majorque
Majorca Mallorca, Méditerranée Mediterranean, Meuse Meuse Maas, Moravie Moravia, Moselle Moselle
Mosel, Normandie Normandy, Ombrie Umbria, Oural Ural, Pays_basque Basque_Country, Pays_de_Galles
Wales, Piémont Piedmont, Poméranie Pomerania, Pouilles Apulia Puglia, Prusse Prussia, Pyrénées
Pyrenees, Rhénanie Rhineland, Rhénanie-du-Nord-Westphalie North_Rhine-Westphalia, Rhin Rhine,
Sardaigne Sardinia, Sarre Saarland, Savoie Savoy, Saxe Saxony, Scandinavie Scandinavia, Sicile
Sicily, Silésie Silesia, Tage Tagus, Tamise Thames, Thuringe Thuringia, Toscane Tuscany,
Transylvanie Transylvania, Tyrol Tyrol, Vénétie Veneto, Vistule Vistula, Wallonie Wallonia,
Westphalie Westphalia, Zélande Zeeland, mer_du_Nord North_Sea, mer_Noire Black_Sea, mer_Baltique
Baltic_Sea
"""
