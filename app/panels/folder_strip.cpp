// SPDX-License-Identifier: MIT
#include "app/panels/folder_strip.h"

#include <QFileInfo>
#include <QImageReader>
#include <QPainter>
#include <QScrollBar>
#include <QSignalBlocker>

#include "app/picture_conversion.h"
#include "inference/frame_source.h"

namespace hmr {
namespace {

constexpr QSize kThumbnail(96, 72);

/// Reads a small version of a picture, or the first frame of a video; empty when that fails.
QImage readThumbnail(const QString& file) {
    QImageReader reader(file);
    reader.setAutoTransform(true);
    const QSize size = reader.size();
    if (size.isValid() && reader.canRead()) {  // JPEG decodes straight to the smaller size
        const bool isTurned = reader.transformation() & QImageIOHandler::TransformationRotate90;
        reader.setScaledSize(size.scaled(isTurned ? kThumbnail.transposed() : kThumbnail, Qt::KeepAspectRatio).expandedTo({1, 1}));
        if (const QImage image = reader.read(); !image.isNull()) return image;
    }
    try {
        const auto frame = openSource(file.toStdString())->next();
        if (frame) return imageFrom(*sharedPicture(frame->picture, kThumbnail.width()));
    } catch (const std::exception&) {
        // A broken file keeps its empty frame; opening it says what is wrong.
    }
    return {};
}

QPixmap framed(const QImage& image) {
    QPixmap pixmap(kThumbnail);
    pixmap.fill(QColor(30, 31, 34));
    if (image.isNull()) return pixmap;
    QPainter painter(&pixmap);
    const QImage scaled = image.scaled(kThumbnail, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    painter.drawImage((kThumbnail.width() - scaled.width()) / 2, (kThumbnail.height() - scaled.height()) / 2, scaled);
    return pixmap;
}

}  // namespace

FolderStrip::FolderStrip(QWidget* parent) : QListWidget(parent) {
    setObjectName("folderStrip");
    setViewMode(QListView::IconMode);
    setFlow(QListView::LeftToRight);
    setWrapping(false);
    setMovement(QListView::Static);
    setIconSize(kThumbnail);
    setGridSize(kThumbnail + QSize(14, 28));
    setUniformItemSizes(true);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextElideMode(Qt::ElideMiddle);
    setFixedHeight(kThumbnail.height() + 50);
    setAccessibleName(tr("Files"));
    connect(this, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0 && row < files_.size()) Q_EMIT fileChosen(files_[row]);
    });
    connect(horizontalScrollBar(), &QScrollBar::valueChanged, this, &FolderStrip::requestThumbnails);
}

void FolderStrip::setFiles(const QStringList& files) {
    const QSignalBlocker quiet(this);
    decoder_.clear();
    ++generation_;
    files_ = files;
    clear();
    const QIcon empty(framed({}));
    for (const QString& file : files) {
        auto* item = new QListWidgetItem(empty, QFileInfo(file).fileName(), this);
        item->setToolTip(file);
    }
    setVisible(files.size() > 1);
    QMetaObject::invokeMethod(this, &FolderStrip::requestThumbnails, Qt::QueuedConnection);
}

void FolderStrip::requestThumbnails() {
    if (files_.size() < 2) return;
    // Only what can be seen, so that a folder of thousands opens at once; the newest wish goes first.
    decoder_.clear();
    const QRect visible = viewport()->rect().adjusted(-kThumbnail.width(), 0, kThumbnail.width() * 2, 0);
    for (int row = 0; row < count(); ++row) {
        QListWidgetItem* thumbnail = item(row);
        if (thumbnail->data(Qt::UserRole).toBool() || !visualItemRect(thumbnail).intersects(visible)) continue;
        decoder_.add([this, generation = generation_, row, file = files_[row]] {
            const QImage image = readThumbnail(file);
            QMetaObject::invokeMethod(this, [=, this] { takeThumbnail(generation, row, image); }, Qt::QueuedConnection);
        });
    }
}

void FolderStrip::takeThumbnail(int generation, int row, const QImage& image) {
    if (generation != generation_ || row >= count()) return;
    item(row)->setIcon(QIcon(framed(image)));
    item(row)->setData(Qt::UserRole, true);
}

void FolderStrip::markCurrent(const QString& file) {
    const QSignalBlocker quiet(this);
    const int row = static_cast<int>(files_.indexOf(file));
    setCurrentRow(row);
    if (row >= 0) scrollToItem(item(row));
    requestThumbnails();
}

QString FolderStrip::neighbour(int step) const {
    const int row = currentRow() + step;
    return row >= 0 && row < files_.size() ? files_[row] : QString();
}

}  // namespace hmr
